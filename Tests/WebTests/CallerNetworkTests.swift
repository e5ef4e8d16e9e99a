import Testing

@testable import Web

/// Which callers share limits.
struct CallerNetworkTests {
  @Test func `an IPv6 network of 64 bits is one caller`() {
    for address in ["2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"] {
      #expect(Callers.network(of: address) == "2001:db8:1:2::/64", "\(address)")
    }
    #expect(Callers.network(of: "2001:db8::1") == Callers.network(of: "2001:db8:0:0:9::1"))
    #expect(Callers.network(of: "2001:db8:1:2::1") != Callers.network(of: "2001:db8:1:3::1"))
    #expect(Callers.network(of: "::1") == "0:0:0:0::/64")
  }

  @Test func `IPv4 addresses and those of one link stand for themselves`() {
    #expect(Callers.network(of: "192.0.2.7") == "192.0.2.7")
    #expect(Callers.network(of: "::ffff:192.0.2.7") == "192.0.2.7")
    #expect(Callers.network(of: "fe80::1") != Callers.network(of: "fe80::2"))
    #expect(Callers.network(of: "unknown") == "unknown")
  }
}
