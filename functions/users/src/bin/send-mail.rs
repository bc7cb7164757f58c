//! `send-mail`: sends the mails that events ask for.

fn main() -> std::process::ExitCode {
    users::workers::send_mail::main()
}
