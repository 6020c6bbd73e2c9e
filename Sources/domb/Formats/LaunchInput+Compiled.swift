// SPDX-License-Identifier: Apache-2.0

extension LaunchInput {
    /// The LCM that it is compiled to, from images in that folder. Whatever is compiled already, or is nothing that is
    /// known here and no text, goes to the LCM's reader as it is.
    func compiled(images: String?) throws(CommandFailure) -> [UInt8] {
        switch format {
        case .tree, .xlcm: return bytes
        case .unknown:
            guard !isText else { throw unknownFormat }
            return bytes
        case .source: return try DeviceTreeCompiler().compile(path, bytes)
        case .description:
            let description = try LaunchDescription(parsing: bytes, from: path)
            var folder = ImageFolder(root: images, besides: path)
            return try description.compiled(try description.modules(), &folder)
        }
    }
}
