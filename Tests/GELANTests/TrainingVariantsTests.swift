import Testing

@testable import GELAN

@Suite struct `Variants to train` {
  @Test(arguments: ["yolov9-p", "yolov9-t", "yolov9-m", "yolov9-c"])
  func `leave the main branch as it is`(name: String) throws {
    let spec = try #require(NetworkSpec.named(name))
    let main = spec.inference.graph()
    for auxiliary in NetworkSpec.Auxiliary.allCases {
      for levels in NetworkSpec.AuxiliaryLevels.allCases {
        let variant = try #require(spec.training(with: auxiliary, levels: levels))
        let graph = variant.graph()
        #expect(graph.heads.count == (auxiliary == .none ? 1 : 2))
        #expect(variant.inference.graph().parameterCount == main.parameterCount)
        // A run writes this name, by which a network with other blocks is found again.
        #expect(variant.inference.name == spec.inference.name)
        #expect(graph.heads.allSatisfy { $0.levels.map(\.stride) == [8, 16, 32] })
      }
    }
  }

  @Test(
    arguments: ["gelan-p", "yolov9-n", "yolov9-t", "yolov9-c", "gelan-e"], AuxiliaryForm.Source.allCases)
  func `have auxiliary branches of any parts`(name: String, source: AuxiliaryForm.Source) throws {
    let spec = try #require(NetworkSpec.named(name)), main = spec.inference.graph()
    var counts: [Int] = []
    for integration in AuxiliaryForm.Integration.allCases {
      let variant = try #require(spec.training(with: .init(source: source, integration: integration)))
      let graph = variant.graph()
      #expect(variant.inference.graph() == main && variant.inference.layers == spec.inference.layers)
      #expect(variant.inference.name == spec.inference.name)
      #expect(graph.heads.count == 2)
      #expect(graph.heads.allSatisfy { $0.levels.map(\.stride) == [8, 16, 32] })
      // What the predictions of each auxiliary level read: deeper levels by integration or composition only.
      let reached = graph.heads[0].levels.map { level in
        var nodes: Set<Int> = [level.classes]
        for node in graph.nodes.reversed() where nodes.contains(node.id) { nodes.formUnion(node.inputs) }
        return ["B3", "B4", "B5"].map { graph.taps[$0].map(nodes.contains) == true }
      }
      let finest = source == .taps && integration == .pfh ? [true, false, false] : [true, true, true]
      #expect(reached[0] == finest, "\(reached)")
      #expect(reached[2][2], "\(reached)")
      counts.append(graph.parameterCount)
    }
    #expect(counts == counts.sorted() && Set(counts).count == 3, "\(counts)")
  }

  @Test(arguments: ["yolov9-t", "yolov9-m"]) func `separate the auxiliary levels`(name: String) throws {
    let spec = try #require(NetworkSpec.named(name))
    let joined = try #require(spec.training(with: .branch)).graph()
    let own = try #require(spec.training(with: .branch, levels: .own)).graph()
    func reaches(_ graph: Graph, _ level: Int) -> Bool {
      // Whether the auxiliary head's finest level reads the backbone's coarsest tap.
      var reached: Set<Int> = [graph.heads[0].levels[level].classes]
      for node in graph.nodes.reversed() where reached.contains(node.id) { reached.formUnion(node.inputs) }
      return graph.taps["B5"].map(reached.contains) ?? false
    }
    #expect(reaches(joined, 0))
    #expect(!reaches(own, 0))
    #expect(reaches(own, 2))
  }

  @Test func `know when a network has no such part`() throws {
    let single = try #require(NetworkSpec.named("gelan-t"))
    #expect(single.training(with: .branch) == nil)
    #expect(single.training(with: .deep) != nil)
  }

  @Test func `have other blocks and depths`() throws {
    let spec = try #require(NetworkSpec.named("gelan-s"))
    func count(_ kind: Aggregation.Kind, _ elan: Int, _ inner: Int) -> Int {
      spec.replacingBlocks(kind: kind, elanDepth: elan, innerDepth: inner).graph().parameterCount
    }
    for kind in Aggregation.Kind.allCases {
      #expect(count(kind, 1, 1) < count(kind, 2, 1))
      #expect(count(kind, 2, 1) < count(kind, 3, 1))
      if kind != .conv { #expect(count(kind, 2, 1) < count(kind, 2, 2)) }
    }
    #expect(spec.replacingBlocks() == spec)
    #expect(spec.replacingBlocks(innerDepth: 3).graph() == spec.graph())
  }

  @Test(arguments: Aggregation.Kind.allCases, [nil, 1, 3])
  func `are found by their names`(kind: Aggregation.Kind, depth: Int?) throws {
    for name in ["gelan-n", "yolov9-t", "gelan-e"] {
      let base = try #require(NetworkSpec.named(name))
      let variant = base.replacingBlocks(kind: kind, elanDepth: depth, innerDepth: depth)
      #expect(NetworkSpec.variant(variant.name) == variant, "\(variant.name)")
    }
  }

  @Test(
    arguments: [
      "gelan-n", "gelan-n-", "gelan-n-oak", "gelan-n-elan9", "gelan-n-elan", "gelan-x-res", "gelan-n-elan2-res",
      "gelan-n-res-res",
    ])
  func `have no other names`(name: String) {
    #expect(NetworkSpec.variant(name) == nil)
  }

  @Test func `of our own have separable heads of a third of the work`() throws {
    var own = try #require(NetworkSpec.named("gelan-p"))
    own.classCount = 20
    var dense = own
    dense.headStyle.form = .dense
    let work = own.graph().gigaflops(height: 320, width: 320)
    #expect(work < 0.6)
    #expect(dense.graph().gigaflops(height: 320, width: 320) > 1.3 * work)
    #expect(own.graph().parameterCount < 1_000_000)
  }
}
