/// The page in four files, as they are served: no build step, nothing from elsewhere.
enum WebPage {
  static let document = #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="dark light">
    <title>yolostream</title>
    <link rel="stylesheet" href="/page.css">
    <link rel="icon" href="data:,">
    <script src="/film.js" defer></script>
    <script src="/page.js" defer></script>
    </head>
    <body>
    <header>
      <h1>yolostream</h1>
      <p id="summary" role="status">connecting…</p>
    </header>
    <main>
      <section id="cameras" aria-label="Cameras"></section>
      <section id="news" aria-label="Events">
        <h2>Events</h2>
        <ol id="events"></ol>
        <p id="quiet">Nothing has happened yet.</p>
      </section>
    </main>
    <template id="card">
      <article class="card">
        <button class="view" type="button">
          <img alt="" hidden>
          <span class="blank"></span>
        </button>
        <div class="line">
          <span class="dot"></span><h2></h2><span class="numbers"></span>
        </div>
        <p class="seen"></p>
      </article>
    </template>
    <dialog id="large"><form method="dialog"><button aria-label="Close">×</button></form><img alt=""><video muted playsinline hidden></video>
      <span id="behind"></span><button id="kind" type="button" hidden></button></dialog>
    </body>
    </html>
    """#

  static let style = #"""
    :root {
      --ground: #f4f5f7; --card: #fff; --ink: #15181d; --soft: #646b76; --rule: #e1e4e9; --accent: #0a6cf5;
      --up: #1d9a5b; --down: #d43d3d; --wait: #c98a12; --shade: 0 1px 2px #0001, 0 4px 16px #0000000d;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #0e1116; --card: #171b22; --ink: #e8ebf0; --soft: #949ca8; --rule: #262c36; --accent: #5aa2ff;
        --up: #3fcf86; --down: #ff6b6b; --wait: #f0b64a; --shade: none;
      }
    }
    * { box-sizing: border-box; margin: 0; }
    body { background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
    header { display: flex; align-items: baseline; gap: 1rem; padding: 1rem clamp(1rem, 3vw, 2rem) .5rem; }
    h1 { font-size: 1.15rem; letter-spacing: -.01em; }
    h2 { font-size: .95rem; font-weight: 600; }
    #summary { color: var(--soft); }
    main { display: grid; grid-template-columns: minmax(0, 1fr) 20rem; gap: 1.25rem; align-items: start;
      padding: .5rem clamp(1rem, 3vw, 2rem) 2rem; }
    #cameras { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 1.25rem; }
    .card, #news { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; box-shadow: var(--shade);
      overflow: hidden; }
    .view { display: grid; width: 100%; aspect-ratio: 16 / 9; padding: 0; border: 0; background: #000; color: #9aa3af;
      font: inherit; cursor: zoom-in; place-items: center; }
    .view > * { grid-area: 1 / 1; max-width: 100%; }
    .view img { width: 100%; height: 100%; min-height: 0; object-fit: contain; }
    .view:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
    .blank { padding: 1rem; text-align: center; overflow-wrap: anywhere; }
    .view img:not([hidden]) + .blank:not(.shown) { display: none; }
    .view img:not([hidden]) + .blank.shown { background: #000b; border-radius: 8px; padding: .4rem .8rem; margin: 1rem; }
    .line { display: flex; align-items: center; gap: .55rem; padding: .7rem .9rem .15rem; }
    .line h2 { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .dot { flex: none; width: .6rem; height: .6rem; border-radius: 50%; background: var(--wait); }
    .up .dot { background: var(--up); } .down .dot { background: var(--down); } .disabled .dot { background: var(--soft); }
    .numbers { margin-left: auto; color: var(--soft); font-size: .85rem; font-variant-numeric: tabular-nums;
      white-space: nowrap; }
    .seen { min-height: 2.6rem; padding: .25rem .9rem .8rem; display: flex; flex-wrap: wrap; gap: .35rem; }
    .seen span { background: color-mix(in srgb, var(--accent) 14%, transparent); color: var(--accent);
      border-radius: 99px; padding: .05rem .6rem; font-size: .85rem; }
    #news { padding: .9rem; position: sticky; top: 1rem; max-height: calc(100vh - 6rem); overflow: auto;
      scrollbar-width: thin; }
    #events { list-style: none; padding: 0; margin-top: .5rem; }
    #events li { display: grid; grid-template-columns: auto 1fr; gap: .1rem .7rem; padding: .4rem 0;
      border-top: 1px solid var(--rule); }
    #events time { color: var(--soft); font-variant-numeric: tabular-nums; font-size: .85rem; }
    #events a { color: var(--accent); }
    #events .down { color: var(--down); } #events .up { color: var(--up); }
    #quiet { color: var(--soft); padding-top: .5rem; }
    #events:not(:empty) + #quiet { display: none; }
    dialog { margin: auto; padding: 0; border: 0; border-radius: 12px; background: #000; max-width: 96vw; max-height: 94vh; }
    dialog::backdrop { background: #000b; }
    dialog [hidden] { display: none !important; }
    dialog img, dialog video { display: block; max-width: 96vw; max-height: 94vh; width: min(96vw, 80rem); object-fit: contain; }
    dialog button { position: absolute; right: .6rem; top: .6rem; width: 2.2rem; height: 2.2rem; border: 0;
      border-radius: 50%; background: #000a; color: #fff; font-size: 1.3rem; cursor: pointer; }
    dialog #kind { right: 3.4rem; width: auto; border-radius: 99px; padding: 0 .9rem; font-size: .9rem; }
    #behind { position: absolute; left: .6rem; top: .6rem; border-radius: 99px; background: #000a; color: #fff;
      padding: .3rem .9rem; font-size: .9rem; font-variant-numeric: tabular-nums; }
    #behind:empty { display: none; }
    @media (max-width: 56rem) {
      main { grid-template-columns: minmax(0, 1fr); }
      #news { position: static; max-height: none; }
    }
    """#
}
