// SPDX-License-Identifier: Apache-2.0

import LaunchControl
import Platform

/// The memory of all initial domains together against what the host has, in pages of 4 KiB.
public struct MemoryBudget: Equatable, Sendable {
    /// What the domains own.
    public let built: UInt64
    /// What they may own more (`mem-max`), all of them at once.
    public let growth: UInt64
    /// What nobody owns yet.
    public let free: UInt64
    /// What the host has.
    public let total: UInt64

    /// `pageCounts`: what each domain owns, in LCM order.
    init(_ domains: [DomainDescription], pageCounts: [UInt64], host: HostResources) {
        var built: UInt64 = 0
        var growth: UInt64 = 0
        for (domain, owned) in zip(domains, pageCounts) {
            built += owned
            // Limits.memory keeps the sum of all domains far below 64 bits.
            if let most = domain.maxMemory.map({ $0 / 4 }), most > owned { growth += most - owned }
        }
        self.built = built
        self.growth = growth
        free = host.freePages
        total = host.totalPages
    }

    /// Whether what is free would do for all to grow at once.
    public var isKept: Bool { growth <= free }

    /// Why the launch is refused where it is not.
    var message: Line {
        """
        the domains own \(Self.kibibytes(built)) and by mem-max may grow by \(Self.kibibytes(growth)), and the host has \
        \(Self.kibibytes(free)) free
        """
    }

    /// "4096 KiB", of pages of 4 KiB.
    private static func kibibytes(_ pages: UInt64) -> Line {
        "\(pages.multipliedReportingOverflow(by: 4).partialValue) KiB"
    }
}
