// SPDX-License-Identifier: Apache-2.0

/// PID 1 of the initramfs for a Xen that cannot build initial domains.
@main
struct DomBConstruct {
    static func main() {
        var stage = ConstructStage()
        stage.run()
    }
}
