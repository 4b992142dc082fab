//! What in a value is code: expressions, calls, members, variables, templates and patterns.

use crate::detect::assignment::{Place, Quote};
use crate::detect::lex::in_name;
use crate::lexicon::{CONVERSION, TEMPLATE_MARK};

/// Tells whether a value is an expression of a language, not data.
pub(super) fn is_expression(value: &[u8], quote: Quote, place: Place) -> bool {
    let quoted = quote.is_quoted();
    // A bare word in a file of data is no expression, but for a call that fills the whole of it.
    let data = quoted || place == Place::Code;
    let Some(&first) = value.first() else {
        return true;
    };
    let last = value.last().copied().unwrap_or_default();
    let letters = value.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    // `name(`, `name[0]`, `a->b`, `a::b`, `a.b.c`
    let head = value
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$'))
        .count();
    if head > 0 && !first.is_ascii_digit() {
        let tail = &value[head..];
        let name = &value[..head];
        let whole =
            matches!(last, b')' | b']' | b'}' | b';' | b'"' | b'\'') || tail.contains(&b'.');
        let fits = !data || whole && is_code_name(name);
        let closed = |open: u8, close: u8| {
            tail.first() == Some(&open) && memchr::memchr(close, tail).is_some()
        };
        if fits && (closed(b'(', b')') || closed(b'[', b']')) || tail.starts_with(b"()") {
            return true;
        }
        if tail.starts_with(b"->") || tail.starts_with(b"::") && !quoted {
            return true;
        }
        if tail.starts_with(b"(") && !data {
            return true;
        }
    }
    if quoted {
        return false;
    }
    // A bare word in prose, in a comment or in a string is one of the language.
    matches!(first, b'(' | b'[' | b'{' | b'>' | b'|' | b'&' | b',' | b'<')
        || !data && matches!(first, b'=' | b';')
        || matches!(last, b'(' | b'{' | b'[') && (!data || is_code_name(&value[..value.len() - 1]))
        || last == b','
        || place == Place::Text && matches!(first, b'%' | b'+' | b'$' | b'?' | b':' | b'\'')
        || letters && value.contains(&b'_') && place != Place::Code
}

/// Tells whether a value is a name with dots as code reads it: `config.database.password`, `aws.auth#sigv4`.
pub(super) fn is_dotted_name(value: &[u8]) -> bool {
    if is_constant_of(value) || is_member_of_namespace(value) {
        return true;
    }
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$');
    value.iter().all(part)
        && value.contains(&b'.')
        && !value[0].is_ascii_digit()
        // `Donkey.Wizard_8` is none.
        && !(value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_uppercase))
        && is_plain_name(value)
}

/// Tells whether a value is a member of a namespace, as models of services name shapes: `com.acme.orders#GetOrder`.
fn is_member_of_namespace(value: &[u8]) -> bool {
    let Some(mark) = memchr::memchr(b'#', value) else {
        return false;
    };
    let (space, member) = (&value[..mark], &value[mark + 1..]);
    let in_space = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._".contains(b);
    let in_member = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    space.contains(&b'.')
        && space.iter().all(in_space)
        && is_plain_name(space)
        && member.first().is_some_and(u8::is_ascii_alphabetic)
        && member.iter().all(in_member)
        && is_plain_name(member)
}

/// Tells whether a value is a constant of a type: `StorageKind.BACKBLAZE_B2`.
fn is_constant_of(value: &[u8]) -> bool {
    let Some(dot) = value.iter().position(|&b| b == b'.') else {
        return false;
    };
    let (owner, name) = (&value[..dot], &value[dot + 1..]);
    let parts = name.split(|&b| b == b'_');
    let in_constant = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    owner.len() >= 4
        && owner[0].is_ascii_uppercase()
        && owner.iter().all(u8::is_ascii_alphabetic)
        && is_cased_as_code(owner)
        && name.len() >= 4
        && name.contains(&b'_')
        && parts
            .clone()
            .all(|part| part.first().is_some_and(u8::is_ascii_uppercase))
        && parts.flatten().all(in_constant)
}

/// Tells whether a name is one of a function as data files call them: `get_password`, `Sys.getenv`.
fn is_code_name(name: &[u8]) -> bool {
    let in_name = |b: &u8| b.is_ascii_alphabetic() || b"_.".contains(b);
    is_cased_as_code(name) && name.iter().all(in_name)
}

/// Tells whether a dotted name is made of words: `config.database.password`, not a token with dots in it.
fn is_plain_name(name: &[u8]) -> bool {
    name.split(|&b| b == b'.').all(|part| {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        digits <= 1 && part.len() <= 24 && is_cased_as_code(part)
    })
}

/// Tells whether capitals stand where the words of a name begin: `getPassword`, not `pNofNW`.
fn is_cased_as_code(name: &[u8]) -> bool {
    let turns = name
        .windows(2)
        .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
        .count();
    !name.is_empty() && turns * 4 <= name.len()
}

/// Tells whether the literal is only a part of the value: something is joined to it.
pub(super) fn is_joined(text: &[u8], end: usize) -> bool {
    let mut i = end;
    while matches!(text.get(i), Some(b'\\')) {
        i += 1;
    }
    i += 1;
    while matches!(text.get(i), Some(b' ' | b'\t')) {
        i += 1;
    }
    match text.get(i) {
        Some(b'+' | b'%') => true,
        Some(b'.') => {
            text.get(i + 1)
                .is_some_and(|b| matches!(b, b' ' | b'.' | b'$'))
                || text[i..].starts_with(b".format(")
        }
        Some(b'&') => text.get(i + 1) != Some(&b'&') && text.get(i + 1) == Some(&b' '),
        _ => false,
    }
}

/// Tells whether a value is a regular expression: a class and how often it stands, a group of one.
pub(super) fn is_regex(value: &[u8]) -> bool {
    let class = memchr::memchr_iter(b']', value).any(|end| {
        matches!(value.get(end + 1), Some(b'{' | b'+' | b'*' | b'?'))
            && memchr::memchr(b'[', &value[..end]).is_some_and(|start| {
                value[start..end].windows(3).any(|range| {
                    range[1] == b'-' && range[0].is_ascii_alphanumeric() && range[0] < range[2]
                })
            })
    });
    // Dates as `strftime` writes them.
    let date = [&b"%Y"[..], b"%m", b"%H", b"%d"];
    let dates = date
        .iter()
        .filter(|part| memchr::memmem::find(value, part).is_some());
    class
        || value.starts_with(b"^") && value.ends_with(b"$")
        || dates.count() > 1
        || memchr::memmem::find(value, b"(?").is_some()
        // `\)` and `\1` of sed, `.*` and `.+` at an end
        || [&b"\\("[..], b"\\)", b"\\1"]
            .iter()
            .any(|part| memchr::memmem::find(value, part).is_some())
        || value.starts_with(b".*")
        || value.ends_with(b".*")
        || value.ends_with(b".+")
        || [
            &b"\\d{"[..],
            b"\\w{",
            b"\\d+",
            b"\\w+",
            b"\\S+",
            b"\\s*",
            b".*?",
        ]
        .iter()
        .any(|part| memchr::memmem::find(value, part).is_some())
}

/// Tells whether a function only makes a string of another type: `String::from`, `ConvertTo-SecureString`.
pub(super) fn is_conversion(callee: &[u8]) -> bool {
    CONVERSION.ends(callee)
}

/// Tells whether a value is filled in later: a field of a format string, a mark of `printf`, a gap between two literals.
pub(super) fn is_template(value: &[u8], quote: Quote) -> bool {
    let mark = |at: usize| {
        // Within a word it is a mark and a letter by chance.
        at == 0 || value.get(at + 2).is_none_or(|b| !b.is_ascii_alphanumeric())
    };
    let formatted = value.contains(&b'{');
    quote == Quote::Format && formatted
        || TEMPLATE_MARK.stands_in(value)
        || memchr::memchr_iter(b'%', value)
            .any(|at| matches!(value.get(at + 1), Some(b's' | b'v' | b'q' | b'd')) && mark(at))
        // `%1$s`
        || memchr::memmem::find(value, b"$s").is_some_and(|at| {
            at >= 2 && value[at - 1].is_ascii_digit() && value[at - 2] == b'%'
        })
        || formatted && has_field(value)
        || is_gap(value)
}

/// Tells whether a field of a format string stands in the text: `{}`, `{0}`, `{user.name}`, but not `a{b;c`.
fn has_field(value: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'{', value) else {
        return false;
    };
    let inside = |b: &u8| b.is_ascii_alphanumeric() || b"_.-:[]()!?'\"$ ,".contains(b);
    memchr::memchr(b'}', &value[open..]).is_some_and(|len| {
        let (field, close) = (&value[open + 1..open + len], open + len);
        // People put a word into brackets, too; that of a field is written small, or nothing else is there but words.
        let small = field.first().is_none_or(|b| !b.is_ascii_uppercase());
        let rest = || value[..open].iter().chain(&value[close + 1..]);
        let in_words = |b: &u8| b.is_ascii_alphabetic() || b" _-.:/,".contains(b);
        field.iter().all(inside) && (small || rest().all(in_words))
    })
}

/// Tells whether the text is the gap between two literals that code joins: `" + password + "`.
fn is_gap(value: &[u8]) -> bool {
    let begins = [&b"+ "[..], b"+\"", b"+'", b" +", b". ", b".$"];
    begins.iter().any(|glue| value.starts_with(glue))
        || [b'(', b'['].iter().any(|open| {
            let before = value.strip_suffix(&[*open]);
            let name = before.and_then(|before| before.rsplit(|b| b"{($ ".contains(b)).next());
            name.is_some_and(is_code_name)
        })
        || value.ends_with(b" +")
        || value.windows(3).any(|three| match three {
            [b'"' | b'\'', b' ', glue] | [b'"' | b'\'', glue, b' '] => b"+.|&".contains(glue),
            [glue, b' ', b'"' | b'\''] | [b' ', glue, b'"' | b'\''] => b"+.|&".contains(glue),
            _ => false,
        })
}

/// Tells whether a value is a call in code: `kube.SecretKeyRef($.backend`, `Sys.getenv("X")`.
pub(super) fn is_call(value: &[u8]) -> bool {
    let name = |b: &u8| b.is_ascii_alphanumeric() || b"_.:$".contains(b);
    let len = value.iter().take_while(|b| name(b)).count();
    len > 0 && value[0].is_ascii_alphabetic() && value.get(len) == Some(&b'(')
}

/// Tells whether a value is a member of the object that a method belongs to: `self.password1)`.
pub(super) fn is_member(value: &[u8]) -> bool {
    let value = value.strip_suffix(b")").unwrap_or(value);
    let name = [&b"self."[..], b"this."]
        .iter()
        .find_map(|owner| value.strip_prefix(*owner));
    name.is_some_and(|name| {
        !name.is_empty()
            && name
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
    })
}

/// Tells whether a value is a call of what a path names: `hkdf::Salt::new(HKDF_SHA256`.
pub(super) fn is_path_call(value: &[u8]) -> bool {
    let len = value
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':'))
        .count();
    value.get(len) == Some(&b'(') && memchr::memmem::find(&value[..len], b"::").is_some()
}

/// Tells whether a value is made of variables that a string puts in: `$namespace/$name`, `$user_id:key`.
pub(super) fn is_joined_variables(value: &[u8]) -> bool {
    let value = value.strip_suffix(b";").unwrap_or(value);
    let mut variables = 0;
    let parts = value.split(|b| b"/:.,-@ ".contains(b));
    let fit = parts.filter(|part| !part.is_empty()).all(|part| {
        let name = part.strip_prefix(b"$");
        variables += usize::from(name.is_some());
        let name = name.unwrap_or(part);
        name.first()
            .is_some_and(|b| b.is_ascii_lowercase() || *b == b'_')
            && name.iter().all(|b| in_name(*b))
            && (variables > 0 || name.iter().all(u8::is_ascii_lowercase))
    });
    fit && (variables > 1 || variables == 1 && value.contains(&b':'))
}

/// Tells whether a value is a pattern whatever else it holds: by two signs that it escapes (`\.\(gz\|zip\)$`) or a counted
/// class.
pub(super) fn is_escaped_pattern(value: &[u8]) -> bool {
    let signs = value
        .windows(2)
        .filter(|pair| pair[0] == b'\\' && b".()|".contains(&pair[1]));
    // How often a class may come: `[0-9a-f]{40}`.
    let class = value
        .windows(3)
        .any(|part| part.starts_with(b"]{") && part[2].is_ascii_digit());
    class || signs.count() > 1
}
