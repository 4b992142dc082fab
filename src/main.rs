//! Starts the command line; its result is the exit code.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
