//! What was typed before it was asked for.

/// Drops what waits to be read from a terminal on standard input; anything else is left as it is.
pub fn drop_typed_ahead() {
    let stdin = std::io::stdin();
    if rustix::termios::isatty(&stdin) {
        // A terminal that cannot do it keeps its line, and the answer is judged like any other.
        let _ = rustix::termios::tcflush(&stdin, rustix::termios::QueueSelector::IFlush);
    }
}
