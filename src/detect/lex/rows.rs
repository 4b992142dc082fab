//! The syntaxes, one row for each family of languages.

use super::syntax::{At, Begins, Delimiter, Escape, Language, Mark, Names, Quote, Syntax};
use crate::lexicon::List;

/// A literal on one line, a backslash escapes.
const fn quote(mark: &'static str) -> Quote {
    Quote {
        open: mark,
        close: mark,
        escape: Escape::Backslash,
        lines: false,
        at: At::Anywhere,
        expression: None,
    }
}

/// A literal that may go over lines.
const fn long(mark: &'static str) -> Quote {
    Quote {
        lines: true,
        ..quote(mark)
    }
}

/// A literal in which nothing escapes.
const fn raw(quote: Quote) -> Quote {
    escaped(quote, Escape::None)
}

const fn escaped(quote: Quote, escape: Escape) -> Quote {
    Quote { escape, ..quote }
}

/// A literal that holds expressions.
const fn holds(quote: Quote, expression: &'static str) -> Quote {
    Quote {
        expression: Some(expression),
        ..quote
    }
}

/// A literal where a value may begin.
const fn value(mark: &'static str) -> Mark {
    Mark::Quote(Quote {
        at: At::Value,
        ..quote(mark)
    })
}

const CHARACTER: Mark = Mark::Quote(Quote {
    at: At::Character,
    ..quote("'")
});
const DOUBLE: Mark = Mark::Quote(quote("\""));
const SINGLE: Mark = Mark::Quote(quote("'"));
const TRIPLE_DOUBLE: Mark = Mark::Quote(long("\"\"\""));
const TRIPLE_SINGLE: Mark = Mark::Quote(long("'''"));
const LONG_DOUBLE: Mark = Mark::Quote(long("\""));
const LONG_SINGLE: Mark = Mark::Quote(long("'"));
const SLASHES: Mark = Mark::Comment("//");
const HASH: Mark = Mark::Comment("#");
const SPACED_HASH: Mark = Mark::SpacedComment("#");
const C_BLOCK: Mark = Mark::Block("/*", "*/", false);
const DASHES: Mark = Mark::Comment("--");
const HEREDOC: Mark = Mark::Delimiter(Delimiter::Heredoc("<<", false));
const MARKUP_BLOCK: Mark = Mark::Block("<!--", "-->", false);

/// A row without files.
const fn row(name: &'static str, bare: Language, marks: &'static [Mark]) -> Syntax {
    Syntax {
        name,
        files: Names::new(""),
        extensions: List::new(""),
        words: List::new(""),
        marks,
        begins: Begins::of(marks),
        bare,
        joins_literals: false,
    }
}

/// A language in which two literals with nothing but blanks between them are one.
const fn joining(row: Syntax) -> Syntax {
    Syntax {
        joins_literals: true,
        ..row
    }
}

macro_rules! rows {
    ($($id:ident: $row:expr, files $files:literal, extensions $extensions:literal, words $words:literal;)+) => {
        $(pub(super) static $id: Syntax = Syntax {
            files: Names::new($files),
            extensions: List::new($extensions),
            words: List::new($words),
            ..$row
        };)+
        /// Every syntax.
        pub(super) static ROWS: &[&Syntax] = &[$(&$id),+];
    };
}

rows! {
    // Files of settings come first: their names may end like those of other files.
    INI: row("ini", Language::Ini, &[SPACED_HASH, Mark::SpacedComment(";"), value("\""), value("'")]),
        files ".env*|*.env|.npmrc|.pypirc|.netrc|_netrc|.pgpass|.yarnrc|.gitconfig|.my.cnf|.s3cfg|.boto|.curlrc|.wgetrc|config|credentials",
        extensions "ini|env|envrc|properties|props|cfg|conf|cnf|config|inf|reg|service|desktop|npmrc|pypirc|netrc|htpasswd|settings|pgpass|ovpn|rdp",
        words "dotenv";
    SHELL: row("shell", Language::Shell, &[
            SPACED_HASH, LONG_DOUBLE, Mark::Quote(raw(long("'"))), Mark::Delimiter(Delimiter::Heredoc("<<", true)),
        ]),
        files "dockerfile*|containerfile*|procfile|makefile|gnumakefile|.bashrc|.zshrc|.profile|.bash_profile|.zprofile|.bash_history",
        extensions "sh|bash|zsh|ksh|fish|csh|command|dockerfile|mk|make|profile|bats|expect|exp",
        words "dash|ash|console|terminal|shellscript|shell-session|makefile|sx|system";
    BATCH: row("batch", Language::Shell, &[Mark::Comment("::"), value("\"")]),
        files "", extensions "bat|cmd", words "";
    YAML: row("yaml", Language::Yaml, &[SPACED_HASH, value("\""), value("'")]),
        files "", extensions "yml|yaml|eyaml|raml|sls", words "";
    GROOVY: joining(row("groovy", Language::Code, &[SLASHES, C_BLOCK, TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE, SINGLE])),
        files "jenkinsfile", extensions "groovy|gradle|dart|cls|trigger|apex", words "jenkins";
    RUBY: joining(row("ruby", Language::Script, &[
            HASH, Mark::LineBlock("=begin", "=end"), Mark::Quote(holds(long("\""), "#{")), LONG_SINGLE,
            HEREDOC, Mark::Delimiter(Delimiter::Percent), Mark::Delimiter(Delimiter::Regex),
        ])),
        files "vagrantfile|gemfile", extensions "rb|rake|cr", words "";
    PYTHON: joining(row("python", Language::Script, &[
            HASH, TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE, SINGLE, Mark::Delimiter(Delimiter::Magic),
        ])),
        files "", extensions "py|pyi|pyx", words "python|pypy|ipython";
    SCRIPT: joining(row("script", Language::Script, &[HASH, TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE, SINGLE])),
        files "justfile",
        extensions "nim|jl|tcl|cmake|awk|bzl|bazel|star|gd|cue|rego|dhall|feature|robot|puml", words "starlark|julia|gherkin";
    JSONNET: row("jsonnet", Language::Script, &[SLASHES, HASH, C_BLOCK, Mark::Quote(raw(long("|||"))), LONG_DOUBLE, LONG_SINGLE]),
        files "", extensions "jsonnet|libsonnet", words "";
    ELIXIR: row("elixir", Language::Script, &[HASH, TRIPLE_DOUBLE, TRIPLE_SINGLE, Mark::Quote(holds(long("\""), "#{")), CHARACTER]),
        files "", extensions "ex|exs", words "";
    PERL: row("perl", Language::Script, &[
            SPACED_HASH, Mark::LineBlock("=head", "=cut"), Mark::LineBlock("=pod", "=cut"), LONG_DOUBLE, LONG_SINGLE,
            HEREDOC, Mark::Delimiter(Delimiter::Letter), Mark::Delimiter(Delimiter::Regex),
        ]),
        files "", extensions "pl|pm|t|raku", words "";
    R: row("r", Language::Script, &[HASH, LONG_DOUBLE, LONG_SINGLE]),
        files "", extensions "r", words "rscript";
    HCL: row("hcl", Language::Script, &[
            HASH, SLASHES, C_BLOCK, Mark::Quote(holds(quote("\""), "${")), HEREDOC,
        ]),
        files "", extensions "tf|tfvars|hcl|nomad", words "terraform";
    TOML: row("toml", Language::Script, &[
            HASH, TRIPLE_DOUBLE, Mark::Quote(raw(long("'''"))), DOUBLE, Mark::Quote(raw(quote("'"))),
        ]),
        files "", extensions "toml", words "";
    NIX: row("nix", Language::Script, &[HASH, C_BLOCK, Mark::Quote(raw(long("''"))), LONG_DOUBLE]),
        files "", extensions "nix", words "";
    POWERSHELL: row("powershell", Language::Script, &[
            Mark::Block("<#", "#>", false), HASH,
            Mark::Quote(Quote { close: "\n\"@", ..raw(long("@\"")) }),
            Mark::Quote(Quote { close: "\n'@", ..raw(long("@'")) }),
            Mark::Quote(escaped(long("\""), Escape::Backtick)), Mark::Quote(escaped(long("'"), Escape::Doubled)),
        ]),
        files "", extensions "ps1|psm1|psd1", words "pwsh";
    C: joining(row("c", Language::Code, &[SLASHES, C_BLOCK, Mark::Delimiter(Delimiter::ParenRaw), DOUBLE, CHARACTER])),
        files "",
        extensions "c|h|cc|cpp|cxx|hpp|hh|m|mm|d|zig|v|sv|proto|thrift|sol|move|cairo|avdl|strings", words "c++|objective-c|solidity";
    JAVA: row("java", Language::Code, &[SLASHES, C_BLOCK, TRIPLE_DOUBLE, DOUBLE, CHARACTER]),
        files "", extensions "java|kt|kts|scala|sc", words "kotlin";
    SWIFT: row("swift", Language::Code, &[
            SLASHES, Mark::Block("/*", "*/", true), TRIPLE_DOUBLE, Mark::Quote(raw(Quote { close: "\"#", ..quote("#\"") })), DOUBLE,
        ]),
        files "", extensions "swift", words "";
    CS: row("csharp", Language::Code, &[
            SLASHES, C_BLOCK, TRIPLE_DOUBLE,
            Mark::Quote(Quote { close: "\"", ..escaped(long("@\""), Escape::Doubled) }), DOUBLE, CHARACTER,
        ]),
        files "", extensions "cs", words "";
    GO: row("go", Language::Code, &[SLASHES, C_BLOCK, Mark::Quote(raw(long("`"))), DOUBLE, CHARACTER]),
        files "", extensions "go", words "golang";
    RUST: row("rust", Language::Code, &[
            SLASHES, Mark::Block("/*", "*/", true), Mark::Delimiter(Delimiter::HashRaw), LONG_DOUBLE, CHARACTER,
        ]),
        files "", extensions "rs", words "";
    JS: row("js", Language::Code, &[
            SLASHES, C_BLOCK, Mark::Quote(holds(long("`"), "${")), DOUBLE, SINGLE, Mark::Delimiter(Delimiter::Regex),
        ]),
        files "", extensions "js|jsx|mjs|cjs|ts|tsx|mts|cts|vue|svelte|astro|bicep", words "javascript|typescript|node|deno|bun";
    PHP: row("php", Language::Code, &[SLASHES, HASH, C_BLOCK, LONG_DOUBLE, LONG_SINGLE, Mark::Delimiter(Delimiter::Heredoc("<<<", true))]),
        files "", extensions "php|php3|phtml|inc", words "";
    JSON: row("json", Language::Code, &[SLASHES, DOUBLE]),
        files "", extensions "json|jsonc|json5|ipynb|har|map|lock", words "";
    SQL: joining(row("sql", Language::Code, &[
            DASHES, C_BLOCK, Mark::Quote(escaped(long("'"), Escape::Doubled)), Mark::Quote(escaped(long("\""), Escape::Doubled)),
            Mark::Delimiter(Delimiter::Dollar),
        ])),
        files "", extensions "sql|sas", words "postgresql|mysql|plsql|tsql|psql|bigquery";
    LUA: row("lua", Language::Code, &[Mark::Delimiter(Delimiter::LongBracket), DASHES, DOUBLE, SINGLE]),
        files "", extensions "lua", words "";
    HASKELL: row("haskell", Language::Code, &[Mark::Block("{-", "-}", true), DASHES, DOUBLE, CHARACTER]),
        files "", extensions "hs|elm", words "";
    ML: row("ml", Language::Code, &[Mark::Block("(*", "*)", true), SLASHES, TRIPLE_DOUBLE, LONG_DOUBLE, CHARACTER]),
        files "", extensions "ml|mli|fs|fsx", words "ocaml|fsharp";
    ERLANG: joining(row("erlang", Language::Code, &[Mark::Comment("%"), LONG_DOUBLE])),
        files "", extensions "erl|hrl", words "";
    LISP: row("lisp", Language::Code, &[Mark::Comment(";"), Mark::Block("#|", "|#", true), LONG_DOUBLE]),
        files "", extensions "clj|cljs|edn|lisp|el|scm|rkt", words "clojure|scheme|racket|emacs-lisp";
    VB: row("vb", Language::Code, &[Mark::Comment("'"), Mark::Quote(escaped(quote("\""), Escape::Doubled))]),
        files "", extensions "vb|vbs|bas", words "";
    CSS: row("css", Language::Code, &[C_BLOCK, DOUBLE, SINGLE]),
        files "", extensions "css|scss|less|styl|sass", words "";
    GRAPHQL: row("graphql", Language::Code, &[HASH, TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE, SINGLE]),
        files "", extensions "graphql|gql|coffee", words "";
    PAGE: row("page", Language::Code, &[MARKUP_BLOCK, Mark::Block("<%--", "--%>", false)]),
        files "", extensions "aspx|ashx|asax|jsp", words "";
    // Of these only the bare values are known.
    PLAIN: joining(row("plain", Language::Code, &[DOUBLE])),
        files "", extensions "pas|vhd|f90|f|for|asm|s|po|pot", words "";
    MARKUP: row("markup", Language::Markup, &[MARKUP_BLOCK]),
        files "",
        extensions "xml|html|htm|xhtml|plist|csproj|vbproj|pubxml|resx|xaml|svg|wsdl|xsd|xsl|xslt|jmx|nuspec|pom|cscfg|csdef|storyboard|xib|hbs|handlebars|mustache|ejs|twig|liquid|publishsettings",
        words "";
    MARKDOWN: joining(row("markdown", Language::Prose, &[Mark::Delimiter(Delimiter::Fence)])),
        files "", extensions "md|markdown|mdx|rmd|qmd", words "";
    PROSE: joining(row("prose", Language::Prose, &[])),
        files "", extensions "", words "text|txt|plaintext|output";
}
