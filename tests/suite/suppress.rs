//! What accepts a finding: comments, allowlists, the baseline; and that nothing accepted disappears.

use crate::support::{Repo, token};

#[test]
fn a_comment_accepts_and_the_closing_line_says_so() {
    let repo = Repo::new();
    let secret = token(10);
    for line in [
        format!("TOKEN = \"{secret}\"  # hexguard:allow hex-personal-token -- revoked\n"),
        format!("TOKEN = \"{secret}\"  # gitleaks:allow\n"),
        format!("# hexguard:allow-next-line\nTOKEN = \"{secret}\"\n"),
        format!("// pragma: allowlist nextline secret\nTOKEN = \"{secret}\"\n"),
    ] {
        repo.write("a.py", &line);
        let output = repo.hexguard(&["scan", "."]);
        assert_eq!(output.code, 0, "{line}{output:?}");
        assert!(output.stdout.contains("1 allowed"), "{line}{output:?}");
    }
    for line in [
        format!("TOKEN = \"{secret}\"  # nosec\n"),
        format!("X = 1  # hexguard:allow\nTOKEN = \"{secret}\"\n"),
    ] {
        repo.write("a.py", &line);
        assert_eq!(repo.hexguard(&["scan", "."]).code, 1, "{line}");
    }
    repo.write(
        "a.py",
        format!("T = \"{secret}\"  # hexguard:allow until=2020-01-01\n"),
    );
    let output = repo.hexguard(&["scan", "."]);
    assert_eq!(output.code, 1);
    assert!(output.stdout.contains("2020-01-01"), "{output:?}");
}
