import API

/// The HTTP API's document, for programs that do not serve it.
public enum ServedDocument {
    public static var text: String { APIDocument.text }
}
