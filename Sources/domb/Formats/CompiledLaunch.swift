// SPDX-License-Identifier: Apache-2.0

import LaunchControl

/// A launch that a command was given in any form, compiled.
struct CompiledLaunch {
    /// A form in which images have names.
    struct Described {
        let description: LaunchDescription
        let modules: LaunchDescription.Modules
        let images: ImageFolder
    }

    let file: LaunchControlFile
    /// The LCM itself.
    let content: [UInt8]
    /// `nil` where boot modules have numbers alone.
    let described: Described?

    /// `images`: where the files lie that a description names; `nil` for its own folder.
    init(reading path: String, images: String?) throws(CommandFailure) {
        try self.init(try LaunchInput(reading: path), images: images)
    }

    init(_ input: LaunchInput, images: String?) throws(CommandFailure) {
        if input.format == .description {
            let description = try LaunchDescription(parsing: input.bytes, from: input.path)
            let modules = try description.modules()
            var folder = ImageFolder(root: images, besides: input.path)
            content = try description.compiled(modules, &folder)
            described = Described(description: description, modules: modules, images: folder)
        } else {
            content = try input.compiled(images: nil)
            described = nil
        }
        file = try LaunchControlFile(input.path, content)
    }
}
