import Testing

@testable import Capture

@Suite struct KeyframeGateTests {
  /// Packets as letters: `k` key, `p` other; `K`, `P` with a loss while it was read; `d` the decoder finds damage.
  /// Judgements: `b` begin again, `+` pass, `-` withhold.
  @Test(
    arguments: [
      ("kpp", "b++", "all is well"), ("ppkp", "--b+", "a stream begins with a keyframe"),
      ("kpPppkp", "b+---b+", "a loss spoils all up to the next keyframe"),
      ("kPkpkp", "b---b+", "the packet after a loss may have a hole itself, key or not"),
      ("kKpkp", "b--b+", "a keyframe with a loss does not count"),
      ("kPPppkp", "b----b+", "losses in a row"), ("kdpkp", "b-b+", "damage that only the decoder sees"),
      ("kkk", "b++", "frames that all stand for themselves"), ("kPkk", "b--b", "and a loss among them"),
    ] as [(String, String, String)])
  func `only whole frames pass`(packets: String, expected: String, sentence: String) {
    var gate = KeyframeGate()
    var judged = ""
    for letter in packets {
      if letter == "d" {
        gate.close()
        continue
      }
      switch gate.judge(isKey: letter.lowercased() == "k", isWhole: letter.isLowercase) {
      case .pass: judged += "+"
      case .reset: judged += "b"
      case .withhold: judged += "-"
      }
    }
    #expect(judged == expected, "\(sentence)")
  }

  @Test func `a watch reports each outage once, also those before it had a listener`() {
    let watch = SourceWatch()
    let down = SourceState.down(cause: .unreachable, message: "gone", retryIn: 1)
    let up = SourceState.up(SourceState.Facts(width: 1, height: 1, codec: nil, rate: nil))
    for state in [.connecting, down, .connecting, down, .connecting, up] as [SourceState] { watch.see(state) }
    nonisolated(unsafe) var reported: [SourceState] = []
    nonisolated(unsafe) var outages = 0
    watch.listen { change in
      reported.append(change.state)
      if change.outage != nil { outages += 1 }
    }
    watch.see(up)
    #expect(reported == [down, up, up] && outages == 1)
  }
}
