/// Rows of text in aligned columns with two blanks between them.
struct TextTable {
    struct Cell: Hashable {
        var text: String
        var style: TextStyle?

        init(_ text: String, _ style: TextStyle? = nil) {
            self.text = text
            self.style = style
        }
    }

    private let header: [String]
    /// Columns whose text stands at the right, such as numbers.
    private let rightAligned: Set<Int>
    private var rows: [[Cell]] = []

    init(_ header: [String], rightAligned: Set<Int> = []) {
        self.header = header
        self.rightAligned = rightAligned
    }

    mutating func add(_ cells: [Cell]) {
        rows.append(cells.map { Cell(Printable.text($0.text), $0.style) })
    }

    mutating func add(_ texts: [String]) {
        add(texts.map { Cell($0) })
    }

    var isEmpty: Bool { rows.isEmpty }

    /// The header and the rows, without blanks at the ends of lines.
    func text(_ terminal: Terminal) -> String {
        let all = [header.map { Cell($0, .dim) }] + rows
        var widths = [Int](repeating: 0, count: all.map(\.count).max() ?? 0)
        for row in all {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.text.count) }
        }
        return all.map { line($0, widths, terminal) }.joined(separator: "\n")
    }

    private func line(_ row: [Cell], _ widths: [Int], _ terminal: Terminal) -> String {
        let lastFilled = row.lastIndex { !$0.text.isEmpty } ?? 0
        var line = ""
        for (column, cell) in row.enumerated() where column <= lastFilled {
            let padding = String(repeating: " ", count: widths[column] - cell.text.count)
            let text = cell.style.map { terminal.styled(cell.text, $0) } ?? cell.text
            if column > 0 { line += "  " }
            if rightAligned.contains(column) {
                line += padding + text
            } else {
                line += column == lastFilled ? text : text + padding
            }
        }
        return line
    }
}
