//! Expressions that match no text but the empty one: `a^b`, `$^x`, an empty class.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// The ways in which an expression can match, one bit for each of eight: whether it takes a character, whether it begins where
/// the text begins, and whether it ends where the text ends.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ways(u8);

/// One way.
#[derive(Clone, Copy, Default)]
struct Way {
    takes: bool,
    at_start: bool,
    at_end: bool,
}

impl Way {
    fn bit(self) -> u8 {
        1 << (u8::from(self.takes) | u8::from(self.at_start) << 1 | u8::from(self.at_end) << 2)
    }

    /// Returns the way in which a second one follows, if it can.
    fn then(self, next: Self) -> Option<Self> {
        let is_beside = self.takes && next.at_start || self.at_end && next.takes;
        (!is_beside).then_some(Self {
            takes: self.takes || next.takes,
            at_start: self.at_start || next.at_start,
            at_end: self.at_end || next.at_end,
        })
    }
}

impl Ways {
    const NONE: Self = Self(0);

    fn of(way: Way) -> Self {
        Self(way.bit())
    }

    fn all(self) -> impl Iterator<Item = Way> {
        let ways = (0..8).map(|number| Way {
            takes: number & 1 > 0,
            at_start: number & 2 > 0,
            at_end: number & 4 > 0,
        });
        ways.filter(move |way| self.0 & way.bit() > 0)
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn then(self, next: Self) -> Self {
        let both = self
            .all()
            .flat_map(|one| next.all().filter_map(move |other| one.then(other)));
        both.fold(Self::NONE, |ways, way| ways.or(Self::of(way)))
    }
}

/// Tells whether an expression matches no text but the empty one. It may miss some that do not.
pub(super) fn matches_nothing(hir: &Hir) -> bool {
    !ways(hir).all().any(|way| way.takes)
}

fn ways(hir: &Hir) -> Ways {
    let passes = Ways::of(Way::default());
    let takes = Ways::of(Way {
        takes: true,
        ..Way::default()
    });
    match hir.kind() {
        HirKind::Literal(_) => takes,
        HirKind::Class(Class::Bytes(class)) if class.ranges().is_empty() => Ways::NONE,
        HirKind::Class(Class::Unicode(class)) if class.ranges().is_empty() => Ways::NONE,
        HirKind::Class(_) => takes,
        HirKind::Look(Look::Start) => Ways::of(Way {
            at_start: true,
            ..Way::default()
        }),
        HirKind::Look(Look::End) => Ways::of(Way {
            at_end: true,
            ..Way::default()
        }),
        // Of lines and words it is not known what stands around them.
        HirKind::Empty | HirKind::Look(_) => passes,
        HirKind::Capture(capture) => ways(&capture.sub),
        HirKind::Concat(parts) => parts
            .iter()
            .fold(passes, |before, part| before.then(ways(part))),
        HirKind::Alternation(parts) => parts
            .iter()
            .fold(Ways::NONE, |all, part| all.or(ways(part))),
        HirKind::Repetition(repetition) => {
            let once = ways(&repetition.sub);
            let (mut all, mut times) = (Ways::NONE, passes);
            // There are eight ways: after so many times no other is added.
            for number in 0..=repetition.max.unwrap_or(u32::MAX).min(16) {
                if number >= repetition.min.min(8) {
                    all = all.or(times);
                }
                times = times.then(once);
            }
            all
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check_syntax;

    #[test]
    fn what_matches_nothing_is_refused() {
        for source in [
            "a^b",
            "$^x",
            "x$y",
            "",
            "^",
            "$",
            "^$",
            "()",
            "[a&&b]",
            "a[a&&b]",
            "(?:a|b)^c",
            "(a^b)*",
            "(?:^){3}$",
            r"a\Ab",
            r"\za",
            "(?:a^){2}b",
            "(?i)x$ ",
            "a{0}",
        ] {
            assert!(check_syntax(source).is_err(), "{source}");
        }
        for source in [
            "a",
            "^a$",
            "^^a$$",
            "a|b^c",
            "(?m)a^b",
            "(?m:$)\\n(?m:^)",
            "a*$",
            "^a*",
            "(a|^)b",
            "a(b|$)",
            r"\bfoo\b",
            "[^a]",
            "(?:^a)?b",
            "(?:$|a)+b",
            ".*",
            "(?:x$)*y",
        ] {
            assert_eq!(check_syntax(source), Ok(()), "{source}");
        }
    }
}
