//! How values are written in a file, by its name.

use crate::fragment::{Fragment, Part};
use crate::lexicon::{BESIDE_VENDOR, SECRET_WEAK};

/// How values are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    /// Strings are quoted; a bare word is an identifier or an expression.
    Code,
    /// As code, with `#` for comments.
    Script,
    /// Shell: bare words are data up to a blank.
    Shell,
    /// `.env`, `.properties`, `.ini`: the rest of the line is the value.
    Ini,
    /// YAML: the rest of the line is the value, up to ` #`.
    Yaml,
    /// Markup: the text of an element is data.
    Markup,
    /// No language: prose, logs, notes, unknown files.
    Prose,
}

impl Language {
    /// Returns how values are written in a fragment.
    pub(crate) fn of(fragment: &Fragment<'_>) -> Self {
        if fragment.part != Part::Content {
            return Self::Prose;
        }
        let mut buffer = [0; 16];
        let name = fragment.file_name();
        let base = lower(name, &mut buffer);
        if base.starts_with(b".env") || base.ends_with(b".env") || name.ends_with(b".env") {
            return Self::Ini;
        }
        if base.starts_with(b"dockerfile")
            || base.starts_with(b"containerfile")
            || base == b"procfile"
        {
            return Self::Shell;
        }
        match base {
            b"makefile" | b"gnumakefile" => return Self::Shell,
            b"justfile" | b"jenkinsfile" | b"vagrantfile" | b"gemfile" => return Self::Script,
            b".npmrc" | b".pypirc" | b".netrc" | b"_netrc" | b".pgpass" | b".yarnrc"
            | b".gitconfig" | b".my.cnf" | b".s3cfg" | b".boto" | b".curlrc" | b".wgetrc"
            | b"config" | b"credentials" => return Self::Ini,
            b".bashrc" | b".zshrc" | b".profile" | b".bash_profile" | b".envrc" | b".zprofile"
            | b".bash_history" => {
                return Self::Shell;
            }
            _ => {}
        }
        let Some(dot) = name.iter().rposition(|&b| b == b'.') else {
            return Self::Prose;
        };
        let mut buffer = [0; 16];
        let mut extension = lower(&name[dot + 1..], &mut buffer);
        let mut buffer = [0; 16];
        if matches!(
            extension,
            b"example"
                | b"sample"
                | b"template"
                | b"tmpl"
                | b"tpl"
                | b"dist"
                | b"bak"
                | b"old"
                | b"orig"
                | b"j2"
                | b"jinja"
                | b"in"
                | b"local"
                | b"erb"
        ) {
            let stem = &name[..dot];
            let Some(dot) = stem.iter().rposition(|&b| b == b'.') else {
                return Self::Ini;
            };
            extension = lower(&stem[dot + 1..], &mut buffer);
        }
        Self::of_extension(extension)
    }

    fn of_extension(extension: &[u8]) -> Self {
        match extension {
            b"c" | b"h" | b"cc" | b"cpp" | b"cxx" | b"hpp" | b"hh" | b"m" | b"mm" | b"cs"
            | b"java" | b"kt" | b"kts" | b"scala" | b"sc" | b"groovy" | b"gradle" | b"go"
            | b"rs" | b"swift" | b"dart" | b"js" | b"jsx" | b"mjs" | b"cjs" | b"ts" | b"tsx"
            | b"mts" | b"cts" | b"vue" | b"svelte" | b"astro" | b"php" | b"php3" | b"phtml"
            | b"inc" | b"json" | b"jsonc" | b"json5" | b"ipynb" | b"sql" | b"lua" | b"hs"
            | b"elm" | b"fs" | b"fsx" | b"vb" | b"vbs" | b"bas" | b"pas" | b"d" | b"zig" | b"v"
            | b"sv" | b"vhd" | b"proto" | b"thrift" | b"graphql" | b"gql" | b"css" | b"scss"
            | b"less" | b"styl" | b"sass" | b"coffee" | b"erl" | b"hrl" | b"clj" | b"cljs"
            | b"edn" | b"lisp" | b"el" | b"scm" | b"rkt" | b"ml" | b"mli" | b"sol" | b"move"
            | b"cairo" | b"f90" | b"f" | b"for" | b"asm" | b"s" | b"aspx" | b"ashx" | b"asax"
            | b"cls" | b"trigger" | b"apex" | b"bicep" | b"avdl" | b"har" | b"map" | b"jsp"
            | b"po" | b"pot" | b"sas" | b"strings" | b"lock" => Self::Code,
            b"py" | b"pyi" | b"pyx" | b"rb" | b"rake" | b"ex" | b"exs" | b"cr" | b"nim" | b"jl"
            | b"r" | b"pl" | b"pm" | b"t" | b"tcl" | b"tf" | b"tfvars" | b"hcl" | b"nomad"
            | b"toml" | b"nix" | b"ps1" | b"psm1" | b"psd1" | b"cmake" | b"awk" | b"bzl"
            | b"bazel" | b"star" | b"gd" | b"raku" | b"jsonnet" | b"libsonnet" | b"cue"
            | b"rego" | b"dhall" | b"feature" | b"robot" | b"puml" => Self::Script,
            b"sh" | b"bash" | b"zsh" | b"ksh" | b"fish" | b"csh" | b"command" | b"dockerfile"
            | b"mk" | b"make" | b"bat" | b"cmd" | b"profile" | b"bats" | b"expect" | b"exp" => {
                Self::Shell
            }
            b"env" | b"envrc" | b"properties" | b"props" | b"ini" | b"cfg" | b"conf" | b"cnf"
            | b"config" | b"inf" | b"reg" | b"service" | b"desktop" | b"npmrc" | b"pypirc"
            | b"netrc" | b"htpasswd" | b"settings" | b"pgpass" | b"ovpn" | b"rdp" => Self::Ini,
            b"yml" | b"yaml" | b"eyaml" | b"raml" | b"sls" => Self::Yaml,
            b"xml" | b"html" | b"htm" | b"xhtml" | b"plist" | b"csproj" | b"vbproj" | b"pubxml"
            | b"resx" | b"xaml" | b"svg" | b"wsdl" | b"xsd" | b"xsl" | b"xslt" | b"jmx"
            | b"nuspec" | b"pom" | b"cscfg" | b"csdef" | b"storyboard" | b"xib" | b"hbs"
            | b"handlebars" | b"mustache" | b"ejs" | b"twig" | b"liquid" | b"publishsettings" => {
                Self::Markup
            }
            _ if BESIDE_VENDOR.has(extension) || SECRET_WEAK.has(extension) => Self::Ini,
            _ => Self::Prose,
        }
    }

    /// Tells whether a bare word is data in the file's own language.
    pub(crate) fn has_bare_values(self) -> bool {
        !matches!(self, Self::Code | Self::Script | Self::Markup)
    }
}

/// Returns the first 16 bytes in small letters.
fn lower<'b>(name: &[u8], buffer: &'b mut [u8; 16]) -> &'b [u8] {
    let len = name.len().min(buffer.len());
    for (to, from) in buffer.iter_mut().zip(name) {
        *to = from.to_ascii_lowercase();
    }
    &buffer[..len]
}
