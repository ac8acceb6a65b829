import Foundation

/// The regular files of a directory and the directories below it, in order of their paths. Symbolic links are not followed.
enum FileTree {
    struct File: Hashable, Sendable {
        var path: String
        var bytes: Int64
        /// Milliseconds since 1970.
        var modified: Int64
    }

    /// `unreadable` lists directories that could not be opened. `except` lists absolute paths to leave out.
    static func files(
        below directory: String, except: Set<String> = []
    ) throws -> (files: [File], unreadable: [String]) {
        var facts = stat()
        guard stat(directory, &facts) == 0 else {
            throw CommandFailure.badInput("\(directory): cannot be read: \(String(cString: strerror(errno))).")
        }
        guard facts.st_mode & S_IFMT == S_IFDIR else {
            throw CommandFailure.badInput("\(directory): is not a directory; firebreak hash takes single files.")
        }
        var (files, unreadable): ([File], [String]) = ([], [])
        var left = [directory]
        while let next = left.popLast() {
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: next) else {
                unreadable.append(next)
                continue
            }
            for name in names {
                let path = next.hasSuffix("/") ? next + name : next + "/" + name
                guard lstat(path, &facts) == 0 else { continue }
                switch facts.st_mode & S_IFMT {
                case S_IFDIR: left.append(path)
                case S_IFREG:
                    guard except.isEmpty || !except.contains(absolute(path)) else { continue }
                    let modified = Int64(facts.st_mtim.tv_sec) * 1000 + Int64(facts.st_mtim.tv_nsec) / 1_000_000
                    files.append(File(path: path, bytes: Int64(facts.st_size), modified: modified))
                default: continue
                }
            }
        }
        return (files.sorted { $0.path < $1.path }, unreadable.sorted())
    }

    static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
