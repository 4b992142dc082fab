//! A text that is at hand: standard input, a commit message, a branch name.

use anyhow::Result;

use super::content::Content;
use super::{Sink, Source};
use crate::encoding;
use crate::fragment::{Fragment, Part};
use crate::report::Skipped;

/// One text with a name.
pub struct Text {
    /// What to call it in findings.
    pub path: Vec<u8>,
    /// The text, in any encoding.
    pub text: Vec<u8>,
    /// Which part of a commit it is.
    pub part: Part,
}

impl Source for Text {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        if self.part == Part::Content {
            let content = Content {
                path: &self.path,
                commit: None,
            };
            return Ok(content.scan(&self.text, scan));
        }
        let text = encoding::decode(&self.text);
        scan(&Fragment {
            part: self.part,
            ..Fragment::content(&self.path, &text)
        });
        Ok(Vec::new())
    }
}

/// Several texts, in order.
pub struct Texts(pub Vec<Text>);

impl Source for Texts {
    fn fragments(&self, scan: Sink<'_>) -> Result<Vec<Skipped>> {
        let mut skipped = Vec::new();
        for text in &self.0 {
            skipped.extend(text.fragments(scan)?);
        }
        Ok(skipped)
    }
}
