// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform
import Testing

/// What Xen, Linux and xenstored answer, by the name that a person looks up.
@Suite struct ErrnoNameTests {
    @Test func everyNumberHasTheNameThatTheCLibraryHas() {
        let names: [(Int32, String)] = [
            (EPERM, "EPERM"), (ENOENT, "ENOENT"), (ESRCH, "ESRCH"), (EINTR, "EINTR"), (EIO, "EIO"), (ENXIO, "ENXIO"),
            (E2BIG, "E2BIG"), (ENOEXEC, "ENOEXEC"), (EBADF, "EBADF"), (ECHILD, "ECHILD"), (EAGAIN, "EAGAIN"),
            (ENOMEM, "ENOMEM"),
            (EACCES, "EACCES"), (EFAULT, "EFAULT"), (EBUSY, "EBUSY"), (EEXIST, "EEXIST"), (ENODEV, "ENODEV"),
            (ENOTDIR, "ENOTDIR"),
            (EISDIR, "EISDIR"), (EINVAL, "EINVAL"), (EMFILE, "EMFILE"), (EFBIG, "EFBIG"), (ENOSPC, "ENOSPC"),
            (ERANGE, "ERANGE"),
            (ENAMETOOLONG, "ENAMETOOLONG"), (ENOSYS, "ENOSYS"), (ELOOP, "ELOOP"), (ENODATA, "ENODATA"),
            (EBADMSG, "EBADMSG"), (EOVERFLOW, "EOVERFLOW"),
            (EOPNOTSUPP, "EOPNOTSUPP"), (EADDRINUSE, "EADDRINUSE"), (EADDRNOTAVAIL, "EADDRNOTAVAIL"),
            (ENOBUFS, "ENOBUFS"), (ETIMEDOUT, "ETIMEDOUT"), (ECONNREFUSED, "ECONNREFUSED"),
        ]
        for (number, name) in names {
            #expect(String(decoding: Line(errno: number).bytes, as: UTF8.self) == "\(name) (\(number))")
        }
    }
}
