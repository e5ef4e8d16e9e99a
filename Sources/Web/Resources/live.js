import { h } from "./dom.js";
import { cameras, stream } from "./stream.js";
import { followSight, Tile } from "./tile.js";
import { watch } from "./watch.js";

/** The live view: all cameras, or one of them large. */
export function live(main, query, signal) {
  const name = query.get("camera");
  if (name) return watch(main, name, query.has("edit"), signal);
  overview(main, signal);
}

function overview(main, signal) {
  const tiles = new Map(), sight = followSight(tiles);
  const grid = h("div", { class: "grid" });
  const empty = h("p", { class: "empty" }, "No cameras yet. They stand in the service's configuration, under ", h("code", {}, "cameras"), ".");
  main.replaceChildren(h("h1", { class: "hidden" }, "Live"), grid, empty);

  // Cameras that are no longer there go, new ones come, in the order of the configuration.
  const list = () => {
    for (const [name, tile] of tiles) {
      if (cameras.has(name)) continue;
      sight.observer.unobserve(tile.root);
      tile.root.remove();
      tiles.delete(name);
    }
    for (const name of cameras.keys()) {
      const tile = tiles.get(name) ?? new Tile(name);
      if (!tiles.has(name)) { tiles.set(name, tile); sight.observer.observe(tile.root); }
    }
    const order = [...cameras.keys()].map((name) => tiles.get(name).root);
    if (order.some((root, index) => grid.children[index] !== root)) grid.append(...order);
    grid.dataset.count = Math.min(order.length, 5);
    empty.hidden = order.length > 0;
  };
  list();
  const showAll = () => { for (const tile of tiles.values()) tile.show(); };
  stream.addEventListener("cameras", list, { signal });
  stream.addEventListener("camera", ({ detail }) => tiles.get(detail.name)?.show(), { signal });
  stream.addEventListener("detections", ({ detail }) => {
    // The last frame of a camera that goes may be inferred after it has gone.
    const tile = tiles.get(detail.camera);
    const isFirst = tile && !tile.latest;
    tile?.detected(detail);
    if (isFirst) tile.show();
  }, { signal });
  stream.addEventListener("connection", showAll, { signal });
  // Outages grow, and the next attempt comes closer.
  const timer = setInterval(showAll, 1000);
  signal.addEventListener("abort", () => { clearInterval(timer); sight.end(); });
}
