import Glibc
import Media
import MediaWorker

// The sandboxed child. Started by MediaWorkerPool with the socket on descriptor 3:
//
//     firebreak-media-worker serve <parent process id> <bytes of address space>
//     firebreak-media-worker self-test <none | open | socket | execute | signal | memory>
//
// The decoders are warmed before the sandbox closes, since nothing can be opened after it.

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "serve":
    guard arguments.count == 4, let parent = Int32(arguments[2]), let addressSpace = Int(arguments[3]),
        WorkerServer.dieWithParent(parent)
    else { exit(2) }
    let analyser = MediaAnalyser()
    do {
        try Sandbox.close(addressSpace: addressSpace, socket: WorkerServer.socket)
    } catch {
        exit(3)
    }
    WorkerServer.serve { descriptor, request in
        analysis(of: descriptor, request: request, by: analyser)
    }
case "self-test":
    guard arguments.count == 3 else { exit(2) }
    selfTest(arguments[2])
default:
    print("firebreak-media-worker is started by firebreak and has no use by itself.")
    exit(2)
}
