// SPDX-License-Identifier: Apache-2.0

import Platform

/// A domain as its part of the LCM has it, before domids and dependencies are settled.
struct DomainDraft {
    enum Reference {
        case phandle(UInt32)
        case name([UInt8])

        var text: Line {
            switch self {
            case .name(let name): Line(name[...])
            case .phandle(let phandle): "\(phandle)"
            }
        }
    }

    let place: Place
    var description: DomainDescription
    /// `nil`: the next free one.
    var domid: DomainID?
    var phandle: UInt32?
    var dependsOn: [Reference] = []
    var unknown: [UnknownProperty] = []

    init(place: Place, description: DomainDescription) {
        self.place = place
        self.description = description
    }

    /// The settings that every format has.
    mutating func apply(_ source: SettingSource) {
        description.settings = source.settings()
        description.conduct = DomainConduct(source)
        let regions = source.segments(.logRegion)
        guard let region = regions.first else { return }
        if regions.count > 1 || !region.isWholePages {
            source.report(.logRegion, .badPropertyValue)
        } else if region.byteCount > Limits.logRegionBytes {
            source.report(.logRegion, .limitExceeded)
        } else {
            description.logRegion = region
        }
    }

    /// What holds for a domain of any format.
    func check(_ problems: ProblemList) {
        if description.memory > Limits.memory || (description.maxMemory ?? 0) > Limits.memory {
            problems.report(place.error(.limitExceeded, "memory"))
        }
        if let most = description.maxMemory, most < description.memory {
            problems.report(place.error(.conflictingProperties, "mem-max"))
        }
    }
}
