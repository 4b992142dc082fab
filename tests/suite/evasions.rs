//! Agents' commands: those that would get a commit past the hooks, and those that only look so.

use std::panic::catch_unwind;
use std::path::Path;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hexguard::hook::agent::command::evades;

use crate::support::Repo;

/// Commands that would get a commit past the hooks.
const EVASIONS: &[&str] = &[
    "git commit --no-verify -m x",
    "git commit -m x --no-verify",
    "git commit --no-veri",
    "git commit -n -m 'x'",
    "git commit -anm x",
    "cd a && git commit -am x -n",
    "git -C /a -c user.name=x commit -nm x",
    "/usr/bin/git push --no-verify",
    "git merge --no-verify b",
    "HEXGUARD=0 git commit -m x",
    "env HEXGUARD=0 git commit -m x",
    "env -i PATH=/bin git commit -n -m x",
    "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/x git commit -m x",
    "export HEXGUARD=0; git commit -m x",
    "SKIP=lint,hexguard git commit -m x",
    "HUSKY=0 git commit -m x",
    "git -c core.hooksPath=/dev/null commit -m x",
    "git config core.hooksPath /dev/null",
    "git config --unset core.hooksPath",
    "git config hexguard.enabled false",
    "bash -c 'git commit --no-verify -m x'",
    "timeout 10 git commit -n -m x",
    "echo $(git commit -n -m x)",
    "if true; then git commit -n -m x; fi",
    "hexguard uninstall",
    "git commit \\\n  --no-verify",
    "cat > a <<EOF\ntext\nEOF\ngit commit -n -m x",
    // Quotes and escapes.
    "$'git' commit -n -m x",
    r"$'\x67it' commit $'-\156' -m $'\u0078'",
    "\"git\" com\"\"mit -n -m x",
    r"g\it commit '-n' -m x",
    "git commit -m 'it'\\''s' -n",
    "git commit -m a#b -n",
    "git commit -m \"a # b\" -n",
    r"echo 'a\'; git commit -n; echo 'c'",
    r"echo $'a\'b'; git commit -n; echo 'c'",
    r"echo \'; git commit -n; echo \'",
    "git${IFS}commit${IFS}-n",
    "${x:- }\\\ngit commit -n",
    "{git,commit,-n}",
    // Redirections.
    "git commit &> /dev/null -n",
    "git commit 2>&1 -n",
    "git commit </dev/null -m x -n",
    ">/dev/null git commit -n",
    // Commands in commands.
    "echo \"$(git commit -n)\"",
    "echo `echo \\`git commit -n\\``",
    "echo \"${x:-$(git commit -n)}\"",
    "echo \"$(case x in x) git commit -n;; esac)\"",
    "echo \"$(echo ')')\"; git commit -n; echo \"d\"",
    "diff <(git commit -n) /dev/null",
    "(cd a && git commit -n)",
    "while git commit -n; do break; done",
    "case x in (x) git commit -n;; esac",
    "! git commit -n",
    "coproc git commit -n",
    "echo $((1<<2)); git commit -n\n2",
    "true # it's\ngit commit -n",
    "((#x)); git commit -n",
    "$x git commit -n",
    // Here-documents.
    "cat <<EOF\n$(git commit -n)\nEOF",
    "cat <<'EOF' > a; git commit -n\ntext\nEOF",
    "cat <<\"E F\"\n'\nE F\ngit commit -n",
    "bash <<EOF\ngit commit -n -m x\nEOF",
    "bash -s <<-'EOF'\n\tgit commit -n\n\tEOF",
    "cat <<A <<B | bash\nx\nA\ngit commit -n\nB",
    // What shells and wrappers are fed.
    "sh <<< \"git commit -n\"",
    "echo git commit -n | bash",
    "echo git commit -n |\n bash",
    "printf 'git %s -n\\n' commit | sh",
    "bash < <(echo git commit -n)",
    "source <(echo git commit -n)",
    "$(echo git commit -n)",
    "eval \"$(echo git commit -n)\"",
    "eval 'git commit' -n",
    "bash -lc 'git commit -n -m x'",
    "bash -c 'git commit \"$@\"' _ -n",
    "bash -c '$0 commit -n' git",
    "env -S 'git commit -n'",
    "env -S \"git commit\" -n",
    "command git commit -n",
    "xargs git commit -n",
    "echo \"commit -n\" | xargs git",
    "printf -- -n | xargs git commit",
    "find . -exec git commit -n \\;",
    "timeout -s KILL 10 git commit -n",
    "trap 'git commit -n' EXIT",
    "git submodule foreach 'git commit -n'",
    "git rebase --exec='git commit --amend -n' main",
    // Names that stand for something else.
    "git -c alias.x='commit -n' x",
    "git -c alias.x=commit x -n",
    "git -c 'alias.x=!git commit -n' x",
    "git config alias.x 'commit -n'",
    "git ci --no-verify",
    "x=git; $x commit -n; x=a",
    "c='git commit -n'; $c",
    "git commit ${X:--n}",
    "X=-n && git commit \"$X\" -m x",
    "for i in -n; do git commit $i; done",
    "f() { git commit \"$@\"; }; f -m x -n",
    "function f { git commit \"$2\"; }; f -m -n",
    "set -- -n; git commit \"$@\"",
    "$(which git) commit -n",
    "/usr/bin/gi? commit -n",
    "x=0; HEXGUARD=$x git commit",
    "declare -x HEXGUARD=0; git commit",
    // Files that keep hexguard at work.
    "rm .git/hooks/pre-commit",
    "rm -rf .git/hooks/*",
    "rm -rf .git && git init",
    "mv .git/hooks x",
    "chmod -x .git/hooks/pre-commit",
    "cp /bin/true .git/hooks/pre-commit",
    "ln -sf /bin/true .git/hooks/pre-commit",
    "sed -i /hexguard/d .husky/pre-commit",
    "sed -n -i 1p lefthook.yml",
    "perl -ni -e print .git/hooks/pre-commit",
    "truncate -s0 .git/hooks/pre-commit",
    ": > .git/hooks/pre-commit",
    "> .git/hooks/pre-commit",
    "echo exit 0 >> .git/hooks/pre-commit",
    "echo exit 0 | tee .git/hooks/pre-commit",
    "cat > .git/hooks/pre-commit <<'EOF'\nexit 0\nEOF",
    "cd .git/hooks && rm pre-commit",
    "cd .git && echo exit > hooks/pre-commit",
    "f=.git/hooks/pre-commit; rm $f",
    "find .git/hooks -delete",
    "find . -name pre-commit -delete",
    "find . -name pre-commit -exec rm {} \\;",
    "sudo -u bob rm .git/hooks/pre-commit",
    "ls | xargs rm .git/hooks/pre-commit",
    "echo \"disable = ['*']\" >> hexguard.toml",
    "printf x > .hexguard-baseline",
    "rm .claude/settings.local.json",
    "git rm --cached hexguard.toml",
    "git mv .husky old",
    "dd if=/dev/null of=.git/hooks/pre-commit",
    "curl -o .git/hooks/pre-commit https://example.org/x",
    "rm ~/.cargo/bin/hexguard",
    "python3 -c \"import os; os.remove('.git/hooks/pre-commit')\"",
    "python3 - <<'E'\nopen('.git/hooks/pre-commit', 'w').write('')\nE",
    "node -e \"require('fs').writeFileSync('.git/hooks/pre-commit', '')\"",
    "python3 -c \"import subprocess; subprocess.run(['git', 'commit', '-n'])\"",
    "Remove-Item .git\\hooks\\pre-commit",
    "Set-Content -Path .git\\hooks\\pre-commit -Value ''",
    "$env:HEXGUARD = '0'; git commit -m x",
    "cmd /c \"del .git\\hooks\\pre-commit\"",
    "set HEXGUARD=0&& git commit",
    // Settings, variables and other ways to make a commit.
    "git config hexguard.disable '*'",
    "git config --global include.path /tmp/x",
    "git config alias.ci 'commit -n'",
    "git -c hexguard.disable='*' commit -m x",
    "git -c alias.x='!rm .git/hooks/pre-commit' x",
    "GIT_CONFIG_GLOBAL=/dev/null git commit -m x",
    "export GIT_CONFIG_GLOBAL=/dev/null; git commit -m x",
    "HEXGUARD_EXCLUDE='**' git commit -m x",
    "HEXGUARD_CONFIG=/tmp/x git commit -m x",
    "env -u A HEXGUARD=0 git commit -m x",
    "stdbuf -oL git commit -n",
    "setsid git commit -n",
    "sudo -u bob git commit -n",
    "LEFTHOOK_EXCLUDE=hexguard git commit -m x",
    "git update-ref refs/heads/main 0123456",
    "git fast-import < x",
    "git send-pack origin main",
    "pre-commit uninstall",
    "python -m pre_commit uninstall -t pre-push",
    "npx husky uninstall",
    "npx husky",
    "yarn husky uninstall",
    "pnpm exec lefthook uninstall",
    "uvx pre-commit uninstall",
    "hexguard allow --rule '*' --reason x",
    "hexguard allow --path '**' --reason x",
    "hexguard allow --value '.*' --reason x",
    "hexguard baseline",
    "hexguard allow --rule jwt --reason x",
    "hexguard migrate",
    "find .git/hooks -type f | xargs rm",
    "echo .git/hooks/pre-commit | xargs rm",
    "rm -rf \"$(git rev-parse --git-path hooks)\"",
    "rm $(echo .git/hooks/commit-msg)",
    "rm $(which hexguard)",
    "git commit $(echo --no-verify) -m x",
    "git $(printf 'commit -n') -m x",
    "flock /tmp/l git commit -n -m x",
    "taskset 1 git commit -n -m x",
    "busybox rm .git/hooks/pre-commit",
    "awk 'BEGIN{system(\"git commit -n -m x\")}'",
    "rm -r .claude",
    "git checkout HEAD~1 -- hexguard.toml",
    "git restore -s HEAD~1 .husky",
];

/// The same where words are made of variables, lists and commands, in which files are found or written by others, and so on.
const MORE_EVASIONS: &[&str] = &[
    "a=(commit --no-verify); git \"${a[@]}\"",
    "a=(commit --no-verify); git ${a[*]}",
    "a=(-m x); a+=(--no-verify); git commit \"${a[@]}\"",
    "a=(commit); a[1]=-n; git \"${a[@]}\"",
    "declare -a a=(commit -n); git \"${a[@]}\"",
    "a=(\n  commit\n  -n\n)\ngit \"${a[@]}\"",
    "read x <<< --no-verify; git commit \"$x\"",
    "read -r a b <<< \"x --no-verify\"; git commit -m $a $b",
    "echo --no-verify | { read x; git commit $x; }",
    "echo --no-verify | while read x; do git commit \"$x\"; done",
    "mapfile -t a <<< $'commit\\n-n'; git \"${a[@]}\"",
    "mapfile -t a < f; git commit \"${a[@]}\"",
    "printf -v x %s --no-verify; git commit $x",
    "printf -v x \"\\x2dn\"; git commit $x",
    "read x < f; git commit $x",
    "x=$(cat f); git commit $x",
    "x=$(cat f); git commit \"$x\" -m y",
    "git commit $(cat f)",
    "git commit `cat f`",
    "x=$(echo LS1uby12ZXJpZnk= | base64 -d); git commit $x",
    "x=$(echo yfirev-on-- | rev); git push \"$x\"",
    "git commit $(echo LS1 | base64 --decode)",
    "git push $(echo --NO-VERIFY | tr A-Z a-z)",
    "x=no_verify; git commit --${x/_/-}",
    "x=xx--no-verify; git commit ${x:2}",
    "x=--no-verify; y=x; git commit ${!y}",
    "x=--no-verify.sh; git commit ${x%.sh}",
    "x=--NO-VERIFY; git commit ${x,,}",
    "git commit ${A:+--no-verify}",
    "x=-n; git commit ${x:-}",
    "echo Z2l0IGNvbW1pdCAtbg== | base64 -d | sh",
    "bash <(echo Z2l0 | base64 -d)",
    "eval \"$(echo Z2l0 | base64 -d)\"",
    "bash -c \"$(echo n- timmoc tig | rev)\"",
    "sh <<< \"$(base64 -d f)\"",
    "read x < f; eval \"$x\"",
    "x=$(base64 -d f); $x",
    "while IFS= read -r l; do eval \"$l\"; done < f",
    "sed -n 'w .git/hooks/pre-commit' /dev/null",
    "sed 's/x/y/w .git/hooks/pre-commit' f",
    "sed '1e rm .git/hooks/pre-commit' f",
    "sed 's/x/git commit -n/e' f",
    "awk '{print > \".git/hooks/pre-commit\"}' f",
    "dd of=.git/hooks/pre-commit if=/dev/null",
    "install -m 644 x .git/hooks/pre-commit",
    "cp --target-directory .git/hooks x",
    "cp --target-directory=.git/hooks x",
    "cp -t .git/hooks x",
    "rsync -a x/ .git/hooks/",
    "tar -C .git/hooks -xf a.tar",
    "tar xf a.tar -C.git/hooks",
    "unzip -d .git/hooks a.zip",
    "unzip a.zip -d.git/hooks",
    "patch .git/hooks/pre-commit x.diff",
    "patch -p1 <<EOF\n--- a/hexguard.toml\n+++ b/hexguard.toml\n@@ -1 +1 @@\n-a\n+b\nEOF",
    "git apply <<EOF\n--- a/hexguard.toml\n+++ b/hexguard.toml\nEOF",
    "find . -path '*/hooks/*' -delete",
    "find . -regex '.*/pre-commit' -delete",
    "find . -name 'pre-*' -delete",
    "find -name commit-msg -exec rm {} +",
    "find . -type f -path './.git/hooks/*' -exec chmod -x {} \\;",
    "find .git -delete",
    "fd -H pre-commit .git -x rm",
    "fd -H '^pre-commit$' -X rm",
    "find .git/hooks -type f | while read f; do rm \"$f\"; done",
    "for f in .git/hooks/*; do rm \"$f\"; done",
    "for h in pre-commit commit-msg; do rm .git/hooks/$h; done",
    "ln -s .git/hooks x; rm x/pre-commit",
    "rm hk/pre-commit",
    "echo > hk/pre-commit",
    "cd hk; rm pre-commit",
    "mv hk/pre-commit x",
    "cp -r .git /tmp/nog; git --git-dir /tmp/nog commit -m x",
    "GIT_DIR=/tmp/nog git commit -m x",
    "export GIT_DIR=/tmp/nog; git commit -m x",
    "git --git-dir=/tmp/nog --work-tree=. commit -m x",
    "env GIT_DIR=/tmp/nog git commit -m x",
    "git clone . /tmp/noc; cd /tmp/noc; git commit -m x; cd -; git pull /tmp/noc",
    "git clone \"$PWD\" ../c && git -C ../c commit -m x",
    "git clone -q --no-hardlinks . c && (cd c && git commit -am x)",
    "mount --bind /tmp/e .git/hooks",
    "sudo mount -t tmpfs tmpfs .git/hooks",
    "unshare -rm sh -c \"mount --bind /tmp/e .git/hooks; git commit\"",
    "bwrap --bind / / --tmpfs .git/hooks git commit",
    "cargo uninstall hexguard",
    "brew uninstall hexguard",
    "pip uninstall -y hexguard",
    "npm uninstall -g hexguard",
    "npm rm -g hexguard",
    "python -m pip uninstall hexguard",
    "sudo apt-get remove hexguard",
    "uv tool uninstall hexguard",
    "brew unlink hexguard",
    "npm uninstall -g @x/hexguard",
    "mv ~/.cargo/bin/hexguard /tmp",
    "chmod -x \"$(command -v hexguard)\"",
    "x=$(which hexguard); rm $x",
    "rm `which hexguard`",
    "cp /bin/true ~/.cargo/bin/hexguard",
    "ln -sf /bin/true \"$(type -P hexguard)\"",
    "apply_patch <<'EOF'\n*** Begin Patch\n*** Delete File: hexguard.toml\n*** End Patch\nEOF",
    "apply_patch '*** Begin Patch\n*** Delete File: hexguard.toml\n*** End Patch'",
    "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: .husky/pre-commit\n@@\n-hexguard hook\n+true\n*** End Patch\nEOF",
    "alias git='git -c core.hooksPath=/x'",
    "GIT_EDITOR=\"rm .git/hooks/pre-commit\" git commit",
    "git -c core.editor=\"rm .git/hooks/pre-commit\" commit",
    "git config core.editor \"sh -c 'rm .git/hooks/pre-commit'\"",
    "git config --remove-section core",
    "git config --edit",
    "git config --file .git/config core.hooksPath x",
    "HOME=/tmp git commit -m x",
    "XDG_CONFIG_HOME=/tmp git commit -m x",
    "G=$(git rev-parse --git-dir); rm $G/hooks/pre-commit",
    "rm \"$(git rev-parse --show-toplevel)/.git/hooks/pre-commit\"",
    "T=$(git rev-parse --show-toplevel); rm $T/hexguard.toml",
    "rm $HOME/.gitconfig",
    "rm -rf $PWD/.git/hooks",
    "D=$(pwd); rm -rf $D/.git/hooks",
    "git clean -fdx .husky",
    "git stash push hexguard.toml",
    "git checkout HEAD~1 -- .husky/pre-commit",
    "sed -i \"1i exit 0\" .husky/pre-commit",
    "echo exit 0 > .husky/pre-commit",
    "cat a >> .git/hooks/pre-commit",
    "tee -a .git/hooks/pre-commit < x",
    "xargs -a f git commit -n",
    "parallel git commit -n ::: x",
    "chmod 000 .git/hooks/pre-commit",
    "chmod 644 .git/hooks/*",
    "truncate -s 0 .git/hooks/*",
    "python3 -c \"import shutil; shutil.rmtree('.git/hooks')\"",
    "perl -e \"unlink q{.git/hooks/pre-commit}, '.git/hooks/pre-commit'\"",
    "pwsh -c \"Remove-Item .git/hooks/pre-commit\"",
    "python3 -c \"import os; os.environ['HEXGUARD']='0'; os.system('git commit --no-verify')\"",
    "rm -rf .g*",
    "rm -rf .git/hook?",
    "rm .git/{hooks,x}/pre-commit",
    "git commit -m x --no-verif{y,y}",
    "git commit -m x --no{,-verify}",
    "git commit -m x -{n..n}",
    "git commit -m x '--no'-verif{y,y}",
    "git push --no-{verify,{thin,thin}}",
    "git com{mit,mit} -n",
    "x=-n; git commit -m {a,$x}",
    "env HEXGUARD={0,0} git commit -m x",
    "rm .git/hoo{ks,ks}/pre-{commit,push}",
    "x={-n,-m}; eval git commit $x",
    // Files of other tools that are honoured, and those of hook managers.
    "echo '*' > .secretsignore",
    "echo > .betterleaks.toml",
    "echo x >> .betterleaksignore",
    "rm prek.toml",
    "echo 'pre-commit: {skip: true}' > lefthook-local.yml",
    "echo '{}' > lefthook-local.json",
    "cp x .lefthook-local.toml",
    "echo x > .config/lefthook-local.yml",
    "echo HUSKY=0 > ~/.config/husky/init.sh",
    "echo exit > $XDG_CONFIG_HOME/husky/init.sh",
];

/// The same in PowerShell.
const IN_POWERSHELL: &[&str] = &[
    "[IO.File]::Delete('.git/hooks/pre-commit')",
    "[System.IO.File]::WriteAllText('.git/hooks/pre-commit','')",
    "[System.IO.File]::WriteAllText((Join-Path $PWD '.git/hooks/pre-commit'), '')",
    "Set-Item Env:HEXGUARD 0; git commit -m x",
    "Set-Item -Path Env:\\HEXGUARD -Value 0",
    "$env:HEXGUARD='0'",
    "$env:HEXGUARD = 0; git commit",
    "${env:HEXGUARD}='0'",
    "Remove-Item -Force .git\\hooks\\pre-commit",
    "Set-Content .git\\hooks\\pre-commit ''",
    "'exit 0' | Out-File .git/hooks/pre-commit",
    "Add-Content .git/hooks/pre-commit 'x'",
    "Clear-Content .git/hooks/pre-commit",
    "Move-Item .git/hooks x",
    "Rename-Item .git/hooks/pre-commit x",
    "New-Item -Force .git/hooks/pre-commit",
    "ri .git/hooks/pre-commit",
    "sc .git/hooks/pre-commit x",
    "ni -Force .git/hooks/pre-commit",
    "mi .git/hooks x",
    "ren .git/hooks x",
    "del .git\\hooks\\pre-commit",
    "Start-Process git -ArgumentList 'commit','--no-verify'",
    "Start-Process -FilePath git -ArgumentList @('commit','--no-verify') -Wait",
    "Start-Process git 'commit --no-verify'",
    "$a='commit','-n'; & git @a",
    "$args2 = @('commit','--no-verify')\n& git @args2",
    "$a='--no-verify'; git commit $a",
    "iex \"git commit --no-verify\"",
    "Invoke-Expression 'git commit -n'",
    "'git commit -n' | iex",
    "cmd /c \"git commit --no-verify\"",
    "cmd /c 'del .git\\hooks\\pre-commit'",
    "git commit --no-verify -m 'x'",
    "& 'git' commit -n",
    "& \"C:\\Program Files\\Git\\bin\\git.exe\" commit -n",
    "[Environment]::SetEnvironmentVariable('HEXGUARD','0')",
    "Get-ChildItem .git/hooks | Remove-Item",
    "(Get-Item .git/hooks/pre-commit).Delete()",
    "'' > .git/hooks/pre-commit",
    "git commit ('--no' + '-verify')",
    "git commit ('--no'+'-verify')",
    "$x = 'no'; git commit \"--$x-verify\"",
    "if ($true) { git commit -n }",
    "1..2 | % { git commit -n }",
    "Invoke-Command { git commit -n }",
    "git config core.hooksPath NUL",
    "git -c core.hooksPath=NUL commit",
    "Copy-Item x .git/hooks/pre-commit",
    "Copy-Item -Path x -Destination .git/hooks",
    "hexguard uninstall",
    "rm .git/hooks/pre-commit",
    "Remove-Item (Get-Command hexguard).Source",
    "git commit -m x; $env:SKIP = 'hexguard'",
    "[Diagnostics.Process]::Start('git','commit --no-verify')",
    "$p = '.git/hooks/pre-commit'\nRemove-Item $p",
    "gci .git/hooks | ri",
    "git commit `\n --no-verify",
    "Remove-Item hexguard.toml",
    "winget uninstall hexguard",
    "scoop uninstall hexguard",
    "saps git 'commit -n'",
    "sp .git/hooks/pre-commit IsReadOnly $true",
];

/// Commands that are refused since they cannot be read to their end.
const UNREAD: &[&str] = &[
    "((cat <<'E'\n'\nE\n) ); git commit -n; echo '",
    "((# it's\n git commit -n) )",
];

/// Returns a repository with everything that keeps hexguard at work.
fn served() -> Repo {
    let repo = Repo::new();
    repo.write("hexguard.toml", "");
    repo.write("tests/a.md", "");
    repo.write(".claude/settings.local.json", "{}");
    repo.write(".husky/pre-commit", "npm test\nhexguard hook pre-commit\n");
    repo.write(
        "lefthook.yml",
        "pre-commit:\n  jobs:\n    - name: hexguard\n",
    );
    repo.write(".pre-commit-config.yaml", "repos:\n  - id: hexguard\n");
    repo.write("prek.toml", "[[repos]]\nhooks = [{ id = \"hexguard\" }]\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(".git/hooks", repo.path().join("hk")).unwrap();
    repo
}

/// Returns those of some commands that are let go.
fn let_go<'c>(commands: &[&'c str], tool: &str) -> Vec<&'c str> {
    let repo = served();
    let passes = |command: &&&str| evades(command, tool, repo.path()).is_none();
    commands.iter().filter(passes).copied().collect()
}

/// Tells whether an answer says only that a command could not be read to its end.
fn is_unread(why: &str) -> bool {
    why.ends_with("to be read")
}

/// Asserts that commands are refused, for what they do or since they cannot be read.
fn assert_refused(commands: &[&str], tool: &str, unread: bool) {
    let repo = served();
    let others = commands.iter().filter_map(|command| {
        let why = evades(command, tool, repo.path());
        let fits = why.is_some_and(|why| is_unread(why) == unread);
        (!fits).then_some((command, why))
    });
    let others: Vec<_> = others.collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn ways_past_the_hooks_are_seen() {
    for (commands, tool) in [
        (EVASIONS, "Bash"),
        (MORE_EVASIONS, "Bash"),
        (IN_POWERSHELL, "PowerShell"),
    ] {
        assert_refused(commands, tool, false);
    }
    let units = "git commit --no-verify".encode_utf16();
    let encoded = STANDARD.encode(units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let encoded = format!("powershell -EncodedCommand {encoded}");
    for tool in ["Bash", "PowerShell"] {
        assert_refused(&[&encoded], tool, false);
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    assert_refused(UNREAD, "Bash", true);
    let nested = format!(
        "bash <<E\n{}git commit -n{}\nE",
        "$(".repeat(45),
        ")".repeat(45)
    );
    assert_refused(&[&nested], "Bash", true);
}

/// What the readers of commands look at.
const MARKS: &[&str] = &[
    "env:",
    "(",
    ")",
    "a",
    " ",
    " ",
    "\n",
    "<#",
    "#>",
    "#",
    "$(",
    "${",
    "$((",
    "$x",
    "$",
    "`",
    "'",
    "\"",
    "@'",
    "'@",
    "@(",
    "@a",
    "{",
    "}",
    ",",
    "..",
    "|",
    "&",
    ";",
    ">",
    ">>",
    "<",
    "<<E\n",
    "<<<",
    "=",
    "+=",
    "+",
    ".",
    "\\",
    "é",
    "git commit ",
    "rm ",
    ".git/hooks",
    "sed 's/",
    "find . -exec ",
    "awk ",
    "read x",
    "printf ",
    "%",
    "*",
    "?",
    "[",
    "]",
    "]::",
    "-",
    "!",
    "/",
    ":-",
    "~",
    "eval ",
    "iex ",
    "bash -c ",
    "xargs ",
    "1",
    "x=",
];

#[test]
fn no_text_is_too_odd_to_be_read() {
    let repo = served();
    let mut state = 1_u64;
    let mut below = |most: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % most
    };
    let mut texts = vec!["env: (a <#".to_owned(), "env: $(a `".to_owned()];
    for _ in 0..3_000 {
        let len = 1 + below(10);
        texts.push((0..len).map(|_| MARKS[below(MARKS.len())]).collect());
    }
    let odd: Vec<&String> = (texts.iter())
        .filter(|text| {
            let read = || ["Bash", "PowerShell"].map(|tool| evades(text, tool, repo.path()));
            catch_unwind(read).is_err()
        })
        .collect();
    assert!(odd.is_empty(), "{odd:#?}");
}

/// Commands that only look so.
const HARMLESS: &[&str] = &[
    "git commit -m 'never use --no-verify'",
    "git commit -m --no-verify-is-bad",
    "git commit -mn",
    "git commit -am 'n'",
    "git commit -F notes",
    "git commit -m x -- -n",
    "git push -n",
    "git log -n 5",
    "git merge -n b",
    "git diff --name-only",
    "echo git commit --no-verify",
    "grep -rn -- --no-verify .",
    "git config core.hooksPath",
    "git config --get hexguard.enabled",
    "HEXGUARD=1 git commit -m x",
    "cat > doc.md <<'EOF'\ngit commit --no-verify\nEOF",
    "# git commit -n",
    "git commit --no-edit",
    "git commit -Snone -m x",
    "",
    "git commit -m 'a; git commit -n'",
    "git commit -m \"$(cat <<'EOF'\nfix: git commit -n is stopped\n\nit's --no-verify\nEOF\n)\"",
    "cat > a.md <<EOF\ngit commit -n\nEOF\nbash build.sh",
    "echo 'git commit -n' > notes.txt",
    "f() { git commit -m \"$1\"; }; f \"don't use -n\"",
    "MSG='say -n'; git commit -m \"$MSG\"",
    "env FOO=1 git commit -m 'say git commit -n'",
    "head -n 5 a | sort -n; git commit -m x",
    "ls | xargs -n 1 echo; git commit -m x",
    "git log -n 5 | bash -c 'cat -n'",
    "bash build.sh -n; git commit -m x",
    "[ -n \"$x\" ] && git commit -m x",
    "if [[ -n $x ]]; then git commit -m x; fi",
    "\"$EDITOR\" -n x",
    "echo $((1<<2)) && git commit -m x",
    "git rebase --exec 'make test' main",
    "git -c alias.x=status x -n",
    "cat .git/hooks/pre-commit",
    "ls -la .husky .git/hooks",
    "cp .git/hooks/pre-commit /tmp/copy",
    "sed -n 1,20p .pre-commit-config.yaml",
    "grep -rn hexguard .husky > found.txt",
    "find .git/hooks -type f -exec cat {} \\;",
    "find . -name '*.orig' -delete",
    "git add hexguard.toml .husky && git commit -m x",
    "git diff -- .pre-commit-config.yaml",
    "rm -f .git/index.lock",
    "rm -rf target node_modules",
    "rm *.yml",
    "chmod +x hooks/build.sh",
    "npm install --save-dev husky",
    "npm run build && git commit -m x",
    "npx lefthook install",
    "pre-commit run --all-files",
    "pre-commit install",
    "python3 -c \"print('hexguard.toml')\"",
    "python3 -c \"print('git commit')\"",
    "node -e \"console.log(1)\"",
    "HEXGUARD_FORMAT=json git commit -m x",
    "git config user.name me.hook",
    "git config hexguard.path",
    "GIT_CONFIG_GLOBAL=/dev/null cargo test",
    "hexguard allow hg1:0123456789abcdef --reason sample",
    "hexguard scan . && hexguard baseline --prune",
    "hexguard doctor",
    "tar -xf a.tar -C /tmp/x",
    "curl -o /tmp/x https://example.org",
    "echo done > .git/x.log",
    "Get-Content .git\\hooks\\pre-commit",
    "git commit -m 'do not write .git/hooks/pre-commit'",
    "git log --format='%h > %s' .husky",
    "npx husky --version",
    "git update-ref -d refs/heads/tmp",
    "chmod +x .husky/pre-commit",
    "HUSKY=0 npm ci",
    "git checkout main",
    "git restore src/main.rs",
    "ls | xargs rm",
    "watch -n 1 git status",
    "git commit -m x --no-edi{t,t}",
    "git commit -m '--no-verif{y,y}'",
    "git commit -m x -- a{n,-n}",
    "mkdir -p src/{a,b}/{1..20} && touch {a..z}.txt",
    "git diff HEAD@{1} && git show stash@{0}",
    "x={-n,-m}; echo $x; git commit -m x",
    "rm -f .config/other.yml lefthook.json",
];

/// The same where something is not known, where other files have such names, and in texts that speak of it.
const MORE_HARMLESS: &[&str] = &[
    "git commit -m \"$MSG\"",
    "git push origin \"$BRANCH\"",
    "git push origin $BRANCH",
    "git checkout $x",
    "git commit $ARGS -m x",
    "TAG=$(cat VERSION); git tag \"$TAG\"; git push origin \"$TAG\"",
    "BRANCH=$(git branch --show-current); git push -u origin $BRANCH",
    "VERSION=$(node -p \"require('./package.json').version\"); git commit -m \"v$VERSION\" && git push origin \"v$VERSION\"",
    "BRANCH=$(echo \"$GITHUB_REF\" | sed \"s/refs.heads.//\"); git push origin $BRANCH",
    "BRANCH=${GITHUB_REF#refs/heads/}; git push origin \"$BRANCH\"",
    "git commit -F \"$(mktemp)\"",
    "git commit -m \"$(cat msg.txt)\"",
    "git commit --message=\"$(date)\"",
    "files=(a.txt b.txt); git add \"${files[@]}\" && git commit -m x -- \"${files[@]}\"",
    "while read -r f; do git add \"$f\"; git commit -m \"Add $f\"; done < list",
    "git branch | while read b; do git push origin --delete \"$b\"; done",
    "eval \"$(ssh-agent -s)\"",
    "eval \"$(brew shellenv)\"",
    "eval \"$cmd\"",
    "curl -fsSL https://x.y/install.sh | sh",
    "source .venv/bin/activate",
    ". ./env.sh",
    "find . -name \"*.pyc\" -delete",
    "find . -path ./.git -prune -o -name \"*.orig\" -exec rm {} +",
    "find . -not -path \"./.git/*\" -name \"*.bak\" -delete",
    "find . -type d -empty -delete",
    "find src -name \"pre-*\" -delete",
    "echo \"rules = []\" > tests/hexguard.toml",
    "cp tests/x tests/hexguard.toml",
    "mkdir -p tests/.claude; echo {} > tests/.claude/settings.json",
    "echo \"npm run lint\" >> .husky/pre-commit",
    "echo x | tee -a .husky/pre-commit",
    "git log --grep no-verify",
    "git log --grep=--no-verify",
    "rg -- --no-verify docs/",
    "grep -rn \"HEXGUARD=0\" .",
    "git commit -m \"HEXGUARD=0 is documented, and --no-verify too\"",
    "git commit -m \"$(cat <<'EOF'\ndocs: say what --no-verify and HEXGUARD=0 do\n\nrm .git/hooks/pre-commit is refused\nEOF\n)\"",
    "cat > docs/a.md <<'EOF'\nDo not run `git commit --no-verify` or `rm .git/hooks/pre-commit`.\nHEXGUARD=0 git commit\nRemove-Item .git/hooks/pre-commit\nEOF",
    "echo \"npm test\" > .husky/pre-push",
    "rm -rf fresh/.git",
    "git clone https://x.y/z foo && rm -rf foo/.git",
    "git clone https://x.y/z foo && cd foo && git commit -m x",
    "git --git-dir=.git --work-tree=. commit -m x",
    "git --git-dir=\"$X/.git\" commit -m x",
    "sed -i \"s/a/b/\" src/main.rs",
    "sed --in-place \"s/x/${{a.b}}/\" a.rs",
    "cargo uninstall other",
    "npm uninstall left-pad",
    "pip install hexguard",
    "cargo install hexguard",
    "git stash && git pull && git stash pop",
    "git apply x.diff",
    "patch -p1 < x.diff",
    "git apply <<EOF\n--- a/src/a\n+++ b/src/a\nEOF",
    "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: src/a.rs\n@@\n-x\n+y\n*** End Patch\nEOF",
    "GIT_EDITOR=true git rebase --continue",
    "GIT_SSH_COMMAND=\"ssh -i key\" git push",
    "git -c core.editor=true commit --amend",
    "git config core.editor \"code --wait\"",
    "echo x | base64 -d > out.bin",
    "openssl rand -hex 16",
    "B=test-$(openssl rand -hex 4); git checkout -b $B; git push origin $B",
    "for f in *.md; do git commit -m \"Add $f\" \"$f\"; done",
    "git commit -m x $(git diff --name-only)",
    "git commit -m x \"${files[@]}\"",
    "x=$(date +%s); git commit -m \"$x\"",
    "sudo mount /dev/sda1 /mnt",
    "chmod +x .git/hooks/pre-commit",
    "ls -la $(git rev-parse --git-dir)/hooks",
    "cat $(which hexguard) | head -c 4",
    "which hexguard && hexguard --version",
    "cp .git/hooks/pre-commit /tmp/",
    "git worktree add ../w && cd ../w && git commit -m x",
    "docker run --rm -v $PWD:/w -e HOME=/tmp img make",
    "export HOME=/root; make",
    "python3 -c \"import subprocess; subprocess.run(['git', 'status'])\"",
    "echo \"Remove-Item is PowerShell\"",
    "git commit -m \"Use Remove-Item -Force; see docs\"",
    "export A=\"$(pwd)/resources/git\"; if [[ \"$(uname -s)\" == MINGW* ]]; then x; fi",
    "while read -r C; do if expr -- \"$C\" : \"#\"; then x; fi; done < f; J=$(echo \"${A[*]}\" | xargs \"$JAVA\" -jar x)",
    ". $(dirname $0)/lib/p.sh; while read l; do echo $l; done < f",
    "gh api --jq '.[] | select(.x == env.G and .e == \"w\")'; python3 - <<'PY'\nopen('x','w').write('create')\nPY",
];

const HARMLESS_IN_POWERSHELL: &[&str] = &[
    "git commit -m 'say --no-verify; git commit -n'",
    "Get-Content .git\\hooks\\pre-commit",
    "Get-ChildItem .git/hooks",
    "git commit -m (Get-Content -Encoding utf8 msg.txt)",
    "$env:NODE_ENV='test'; npm test",
    "Remove-Item -Recurse node_modules",
    "Set-Content a.txt 'git commit --no-verify'",
    "if (Test-Path .git/hooks/pre-commit) { Write-Host ok }",
    "Get-ChildItem -Recurse -Filter *.cs | ForEach-Object { $_.FullName }",
    "git log --oneline | Select-Object -First 5",
    "[IO.File]::ReadAllText('.git/hooks/pre-commit')",
    "Write-Output @'\ngit commit --no-verify\n'@",
    "git commit -m @'\nfix: say it\n\nnever --no-verify\n'@",
    "$x = git rev-parse HEAD; git push origin $x",
    "# git commit -n",
    "git push origin $branch",
    "Start-Process notepad a.txt",
    "Start-Process git -ArgumentList 'status'",
    "git commit -m \"it's `\"quoted`\" -n\"",
    "dotnet build -c Release; dotnet test --no-build",
];

#[test]
fn what_only_looks_like_a_way_past_the_hooks_is_let_go() {
    for (commands, tool) in [
        (HARMLESS, "Bash"),
        (MORE_HARMLESS, "Bash"),
        (HARMLESS_IN_POWERSHELL, "PowerShell"),
    ] {
        let passed = let_go(commands, tool);
        let refused: Vec<_> = commands
            .iter()
            .filter(|one| !passed.contains(one))
            .collect();
        assert!(refused.is_empty(), "{refused:#?}");
    }
}

#[test]
fn what_cannot_be_read_to_its_end_is_no_way_past_the_hooks() {
    let deep = "$(".repeat(100_000);
    let many = "f() { $@ $@ $@; };".repeat(40) + &"f a b c;".repeat(20_000);
    let long = "x=$x$x$x;".repeat(1_000);
    let nested = (0..9).fold("git status".to_owned(), |inner, _| {
        format!("bash -c '{}'", inner.replace('\'', r"'\''"))
    });
    let aliases = "git rebase ".repeat(50_000);
    let unknown = "$x ".repeat(50_000) + "git commit";
    let searches = "find . ".to_owned() + &"-exec find ".repeat(4_000);
    let many_searches = "find . ".to_owned() + &"-exec ".repeat(20_000);
    for command in [
        searches,
        many_searches,
        deep,
        aliases,
        unknown,
        many,
        long,
        nested,
        "true;".repeat(400_000),
    ] {
        let started = Instant::now();
        assert!(
            evades(&command, "Bash", Path::new(".")).is_some(),
            "{}",
            &command[..20]
        );
        assert!(started.elapsed().as_secs() < 20, "{}", &command[..20]);
    }
}
