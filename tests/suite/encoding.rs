//! Texts in UTF-16 and UTF-32, marked or not, are made readable, and all others are left as they are.

use std::borrow::Cow;

use hexguard::encoding::decode;

/// A text of several alphabets.
const TEXT: &str = "naïve = 1\r\npassword: 上海 correct-horse 🐎 battery\n";

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn utf32(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().flat_map(|c| bytes(u32::from(c))).collect()
}

/// Tells whether a text can be read in what these bytes are decoded to.
fn holds(bytes: &[u8], wanted: &str) -> bool {
    memchr::memmem::find(&decode(bytes), wanted.as_bytes()).is_some()
}

#[test]
fn marked_text_is_decoded() {
    for bytes in [
        [&[0xEF, 0xBB, 0xBF][..], TEXT.as_bytes()].concat(),
        [vec![0xFF, 0xFE], utf16(TEXT, u16::to_le_bytes)].concat(),
        [vec![0xFE, 0xFF], utf16(TEXT, u16::to_be_bytes)].concat(),
        [vec![0xFF, 0xFE, 0, 0], utf32(TEXT, u32::to_le_bytes)].concat(),
        [vec![0, 0, 0xFE, 0xFF], utf32(TEXT, u32::to_be_bytes)].concat(),
    ] {
        assert_eq!(decode(&bytes), TEXT.as_bytes());
    }
}

#[test]
fn ordinary_text_is_not_copied() {
    for bytes in [TEXT.as_bytes(), b"caf\xe9 latin", b"", b"x"] {
        assert!(matches!(decode(bytes), Cow::Borrowed(text) if text == bytes));
    }
}

#[test]
fn unmarked_wide_text_is_readable() {
    let ascii = "key: correct-horse-battery\nnext\n";
    for bytes in [
        utf16(ascii, u16::to_le_bytes),
        utf16(ascii, u16::to_be_bytes),
        utf32(ascii, u32::to_le_bytes),
        utf32(ascii, u32::to_be_bytes),
    ] {
        assert!(holds(&bytes, ascii.trim_end()), "{bytes:?}");
    }
}

#[test]
fn a_second_encoding_in_one_file_is_readable() {
    let (narrow, wide) = (
        "token correct-horse-battery-staple\n",
        "wide correct-horse\n",
    );
    let little = utf16(wide, u16::to_le_bytes);
    let big = utf16(wide, u16::to_be_bytes);
    // Redirected by two shells, one of which writes UTF-16; with and without a mark at the start.
    for bytes in [
        [narrow.as_bytes(), &little].concat(),
        [&little, narrow.as_bytes()].concat(),
        [&[0xFF, 0xFE], &little[..], narrow.as_bytes(), &little].concat(),
        [&[0xFE, 0xFF], &big[..], narrow.as_bytes(), &big].concat(),
    ] {
        assert!(holds(&bytes, narrow.trim_end()), "{bytes:?}");
        assert!(holds(&bytes, wide.trim_end()), "{bytes:?}");
    }
    // A narrow token between NULs stays whole.
    let binary = b"\0\0\x01correct-horse\0b\0c\0d\0e\0f\0\xff\0battery\0\0";
    assert!(holds(binary, "correct-horse\0"));
    assert!(holds(binary, "\0battery\0"));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_decoded(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn few_byte_values_are_decoded(bytes in proptest::collection::vec(0u8..3, 0..100)) {
        let bytes: Vec<u8> = bytes.iter().map(|b| [0, b'a', 0xff][usize::from(*b)]).collect();
        let _ = decode(&bytes);
    }
}
