// SPDX-License-Identifier: Apache-2.0

/// Features of the cpu that an LCM may take from a domain, by Xen's numbers: 32 times the word and the bit
/// (xen/public/arch-x86/cpufeatureset.h).
public enum CPUFeature: UInt32, Named, Sendable {
    case pclmulqdq = 33
    case vmx = 37
    case fma = 44
    case pcid = 49
    case aesni = 57
    case xsave = 58
    case avx = 60
    case f16c = 61
    case rdrand = 62
    case page1gb = 90
    case rdtscp = 91
    case svm = 98
    case xop = 107
    case fma4 = 112
    case bmi1 = 163
    case hle = 164
    case avx2 = 165
    case bmi2 = 168
    case invpcid = 170
    case rtm = 171
    case avx512f = 176
    case rdseed = 178
    case adx = 179
    case sha = 189
    case pku = 195
    case gfni = 200
    case vaes = 201
    case vpclmulqdq = 202

    /// Xen's word, as `cpuid=` of xl.cfg(5) has it.
    public var name: StaticString {
        switch self {
        case .pclmulqdq: "pclmulqdq"
        case .vmx: "vmx"
        case .fma: "fma"
        case .pcid: "pcid"
        case .aesni: "aesni"
        case .xsave: "xsave"
        case .avx: "avx"
        case .f16c: "f16c"
        case .rdrand: "rdrand"
        case .page1gb: "page1gb"
        case .rdtscp: "rdtscp"
        case .svm: "svm"
        case .xop: "xop"
        case .fma4: "fma4"
        case .bmi1: "bmi1"
        case .hle: "hle"
        case .avx2: "avx2"
        case .bmi2: "bmi2"
        case .invpcid: "invpcid"
        case .rtm: "rtm"
        case .avx512f: "avx512f"
        case .rdseed: "rdseed"
        case .adx: "adx"
        case .sha: "sha"
        case .pku: "pku"
        case .gfni: "gfni"
        case .vaes: "vaes"
        case .vpclmulqdq: "vpclmulqdq"
        }
    }

    /// The leaf that tells of it.
    public var leaf: CPUIDLeaf {
        switch rawValue / 32 {
        case 1: .basic
        case 2, 3: .extended
        default: .structured
        }
    }

    /// Its register among EAX, EBX, ECX and EDX.
    var register: Int {
        switch rawValue / 32 {
        case 1, 3, 6: 2
        case 2: 3
        default: 1
        }
    }

    var mask: UInt32 { 1 << (rawValue % 32) }
}

/// The leaves that have those features.
public enum CPUIDLeaf: UInt32, CaseIterable, Sendable {
    case basic = 1
    case structured = 7
    case extended = 0x8000_0001

    /// `XEN_CPUID_NO_SUBLEAF` where ECX does not matter.
    public var subleaf: UInt32 { self == .structured ? 0 : .max }
}

/// EAX, EBX, ECX and EDX of a leaf.
public struct CPUIDRegisters: Equatable, Sendable {
    /// Register EAX.
    public var eax: UInt32
    /// Register EBX.
    public var ebx: UInt32
    /// Register ECX.
    public var ecx: UInt32
    /// Register EDX.
    public var edx: UInt32

    public init(eax: UInt32, ebx: UInt32, ecx: UInt32, edx: UInt32) {
        self.eax = eax
        self.ebx = ebx
        self.ecx = ecx
        self.edx = edx
    }

    /// Whether the feature's bit is set; the registers must be those of its leaf.
    public func has(_ feature: CPUFeature) -> Bool {
        let value =
            switch feature.register {
            case 1: ebx
            case 2: ecx
            default: edx
            }
        return value & feature.mask != 0
    }

    /// Clears the feature's bit.
    public mutating func clear(_ feature: CPUFeature) {
        switch feature.register {
        case 1: ebx &= ~feature.mask
        case 2: ecx &= ~feature.mask
        default: edx &= ~feature.mask
        }
    }
}
