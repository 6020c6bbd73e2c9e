// SPDX-License-Identifier: Apache-2.0

extension LaunchDescription {
    /// A file of the distribution's: beside the images, or where GRUB boots it from.
    func ownFile(_ name: String, _ images: ImageFolder) -> String {
        let beside = images.path(of: name)
        return HostFile.isThere(beside) ? beside : GrubEntry(self).path(name)
    }

    /// Where the boot domain's initramfs lies; `nil` where the description names none.
    func initramfsPath(_ images: ImageFolder) -> String? {
        boot?.builtInitramfs ?? boot?.initramfs?.path.map { images.path(of: $0) }
    }

    /// The same launch with an initramfs that `domb build` made.
    func with(builtInitramfs path: String) -> LaunchDescription {
        var description = self
        description.boot?.builtInitramfs = path
        if let kernel = boot?.kernel, boot?.initramfs == nil {
            description.boot?.initramfs = Image(
                place: kernel.place, path: BuildFolder.initramfs, index: nil, digest: .none)
        }
        return description
    }

    /// With the initramfs of `domb build`, where there is no other. It is of the launch that was built: of no other one.
    func completed(byBuildOf path: String, images: String?) throws(CommandFailure) -> LaunchDescription {
        var folder = ImageFolder(root: images, besides: path)
        let isThere = initramfsPath(folder).map { HostFile.isThere($0) } ?? false
        guard boot != nil, !isThere else { return self }
        let build = try BuildFolder(BuildFolder.standard(for: path))
        guard try build.content(BuildFolder.initramfs) != nil else { return self }
        guard try build.content(BuildFolder.lcm) == (try compiled(try modules(), &folder)) else {
            throw .refusal("\(build.path): the description or an image was changed since domb build: build it again")
        }
        return with(builtInitramfs: build.path(of: BuildFolder.initramfs))
    }
}
