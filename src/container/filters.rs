//! Filters: how PDF writes the bytes of a stream.

use std::io;

use super::bounds::Bounds;
use super::inflate::{DAMAGED, LONGEST, Made, TOO_LONG, UNKNOWN, inflate};

/// Undoes the filters of a stream, in their order; `None` if one is for pictures.
pub(super) fn undo(
    bounds: &Bounds,
    filters: &[&[u8]],
    dictionary: &[u8],
    data: &[u8],
) -> Option<io::Result<Made>> {
    let mut made: Option<Made> = None;
    for filter in filters {
        let (data, fault) = match &made {
            Some(made) => (made.bytes.as_slice(), made.fault),
            None => (data, None),
        };
        let is_counted = matches!(*filter, b"FlateDecode" | b"Fl");
        let next = match *filter {
            b"FlateDecode" | b"Fl" => match inflate(bounds, data) {
                Ok(made) => predicted(made, dictionary),
                Err(error) => return Some(Err(error)),
            },
            b"LZWDecode" | b"LZW" => predicted(lzw(data, dictionary), dictionary),
            b"ASCII85Decode" | b"A85" => base85(data),
            b"ASCIIHexDecode" | b"AHx" => whole(hex(data)),
            b"RunLengthDecode" | b"RL" => runs(data),
            // Without a name of its own it does nothing.
            b"Crypt" => whole(data.to_vec()),
            b"DCTDecode" | b"DCT" | b"JPXDecode" | b"CCITTFaxDecode" | b"CCF" | b"JBIG2Decode" => {
                return None;
            }
            _ => Made {
                fault: Some(UNKNOWN),
                ..Made::default()
            },
        };
        let (packed, length) = (data.len() as u64, next.bytes.len() as u64);
        if !is_counted && let Err(error) = bounds.take_bytes(packed, length, packed.max(length)) {
            return Some(Err(error));
        }
        made = Some(Made {
            fault: fault.or(next.fault),
            ..next
        });
    }
    if let Some(made) = made {
        return Some(Ok(made));
    }
    let length = data.len() as u64;
    let counted = bounds.take_bytes(length, length, length);
    Some(counted.map(|()| whole(data.to_vec())))
}

/// Returns a number of a dictionary.
pub(super) fn number(dictionary: &[u8], name: &[u8]) -> Option<usize> {
    let at = memchr::memmem::find(dictionary, name)? + name.len();
    let text = dictionary[at..].trim_ascii_start();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}

fn whole(bytes: Vec<u8>) -> Made {
    Made { bytes, fault: None }
}

/// Returns the digits in a text as bytes; an odd one at the end stands for ten times itself.
pub(super) fn hex(text: &[u8]) -> Vec<u8> {
    let text = text.split(|&byte| byte == b'>').next().unwrap_or(text);
    let digits: Vec<u8> = text
        .iter()
        .filter_map(|&byte| char::from(byte).to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0))
        .collect()
}

fn base85(text: &[u8]) -> Made {
    let text = text.trim_ascii_start();
    let text = text.strip_prefix(b"<~").unwrap_or(text);
    let mut made = Made::default();
    let (mut group, mut count) = (0u64, 0usize);
    for &byte in text {
        match byte {
            b'!'..=b'u' => {
                group = group * 85 + u64::from(byte - b'!');
                count += 1;
                if count == 5 {
                    made.bytes.extend_from_slice(&group.to_be_bytes()[4..]);
                    (group, count) = (0, 0);
                }
            }
            b'z' if count == 0 => made.bytes.extend_from_slice(&[0; 4]),
            b'~' => break,
            byte if byte.is_ascii_whitespace() || byte == 0 => {}
            _ => {
                made.fault = Some(DAMAGED);
                break;
            }
        }
    }
    if count > 1 {
        let padded = (count..5).fold(group, |group, _| group * 85 + 84);
        made.bytes
            .extend_from_slice(&padded.to_be_bytes()[4..3 + count]);
    }
    made
}

fn runs(mut data: &[u8]) -> Made {
    let mut made = Made::default();
    while let Some((&length, rest)) = data.split_first() {
        let count = usize::from(length);
        data = match (length, rest) {
            (128, _) => return made,
            (0..128, rest) if rest.len() > count => {
                made.bytes.extend_from_slice(&rest[..=count]);
                &rest[count + 1..]
            }
            (129.., [byte, rest @ ..]) => {
                made.bytes.extend(std::iter::repeat_n(*byte, 257 - count));
                rest
            }
            _ => break,
        };
        if made.bytes.len() > LONGEST {
            made.fault = Some(TOO_LONG);
            return made;
        }
    }
    made
}

/// Unpacks LZW: codes of 9 to 12 bits, of which 256 begins the table anew and 257 ends the data.
fn lzw(data: &[u8], dictionary: &[u8]) -> Made {
    let early = number(dictionary, b"/EarlyChange").map_or(1, |early| early.min(1));
    let mut made = Made::default();
    // Where each entry from 258 on stands in what is made.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    let (mut bits, mut count) = (0u32, 0u32);
    let mut data = data.iter();
    loop {
        let width = match table.len() + usize::from(last.is_some()) + 258 + early {
            ..513 => 9,
            513..1025 => 10,
            1025..2049 => 11,
            _ => 12,
        };
        while count < width {
            let Some(&byte) = data.next() else {
                made.fault = Some(DAMAGED);
                return made;
            };
            bits = bits << 8 | u32::from(byte);
            count += 8;
        }
        count -= width;
        let code = (bits >> count & ((1 << width) - 1)) as usize;
        let start = made.bytes.len();
        let from = match code {
            256 => {
                table.clear();
                last = None;
                continue;
            }
            257 => return made,
            0..256 => None,
            code => match table.get(code - 258).copied() {
                Some(entry) => Some(entry),
                // It is being made: the last one and its own first byte.
                None if code - 258 == table.len() => last.map(|(start, end)| (start, end + 1)),
                None => None,
            },
        };
        match from {
            Some((from, to)) => (from..to).for_each(|at| made.bytes.push(made.bytes[at])),
            None if code < 256 => made.bytes.push(code.to_le_bytes()[0]),
            None => {
                made.fault = Some(DAMAGED);
                return made;
            }
        }
        if let Some((start, end)) = last
            && table.len() < 4096 - 258
        {
            table.push((start, end + 1));
        }
        last = Some((start, made.bytes.len()));
        if made.bytes.len() > LONGEST {
            made.fault = Some(TOO_LONG);
            return made;
        }
    }
}

/// Undoes what was done to compress tables better: rows of bytes, each written as its difference to others.
fn predicted(made: Made, dictionary: &[u8]) -> Made {
    if number(dictionary, b"/Predictor").unwrap_or(1) < 10 {
        return made;
    }
    let of = |name: &[u8], usual| number(dictionary, name).unwrap_or(usual).clamp(1, 1 << 20);
    let (colors, bits) = (of(b"/Colors", 1), of(b"/BitsPerComponent", 8));
    let pixel = (colors * bits).div_ceil(8);
    let row = (of(b"/Columns", 1) * colors * bits).div_ceil(8);
    let mut bytes: Vec<u8> = Vec::with_capacity(made.bytes.len());
    for line in made.bytes.chunks(row + 1) {
        let (&kind, line) = line.split_first().unwrap_or((&0, &[]));
        let start = bytes.len();
        for (at, &byte) in line.iter().enumerate() {
            let get = |back: usize| {
                start
                    .checked_sub(back)
                    .map_or(0, |at_row| bytes[at_row + at])
            };
            let up = get(row);
            let left = if at < pixel {
                0
            } else {
                bytes[start + at - pixel]
            };
            let corner = if at < pixel {
                0
            } else {
                start
                    .checked_sub(row)
                    .map_or(0, |above| bytes[above + at - pixel])
            };
            let guess = match kind {
                1 => left,
                2 => up,
                3 => left.midpoint(up),
                4 => paeth(left, up, corner),
                _ => 0,
            };
            bytes.push(byte.wrapping_add(guess));
        }
    }
    Made { bytes, ..made }
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    let far = |byte: u8| (guess - i16::from(byte)).abs();
    if far(left) <= far(up) && far(left) <= far(corner) {
        left
    } else if far(up) <= far(corner) {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undone(filters: &[&[u8]], dictionary: &[u8], data: &[u8]) -> Made {
        let made = undo(&Bounds::default(), filters, dictionary, data);
        made.and_then(Result::ok).unwrap_or_default()
    }

    #[test]
    fn texts_are_read_however_they_are_written() {
        let whole = |text: &[u8]| whole(text.to_vec());
        assert_eq!(undone(&[b"AHx"], b"", b"68 656C6c6F7>x"), whole(b"hellop"));
        assert_eq!(
            undone(&[b"ASCII85Decode"], b"", b"<~87cUR\nD]i,\"Ebo80~>"),
            whole(b"Hello World!")
        );
        assert_eq!(undone(&[b"A85", b"AHx"], b"", b"1bggB~>"), whole(b"AB"));
        assert_eq!(
            undone(&[b"RL"], b"", b"\x02abc\xfed\x80x"),
            whole(b"abcddd")
        );
        let lzw = b"\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01";
        assert_eq!(undone(&[b"LZW"], b"", lzw), whole(b"-----A---B"));
        assert_eq!(undone(&[b"LZW"], b"", &lzw[..7]).fault, Some(DAMAGED));
        assert!(undo(&Bounds::default(), &[b"DCTDecode"], b"", b"").is_none());
    }

    #[test]
    fn rows_that_are_written_as_differences_are_read() {
        let dictionary = b"<< /Predictor 12 /Columns 3 >>";
        let made = predicted(
            whole(b"\0abc\x02\x01\0\0\x01d\x01\x01\x03\x01\x01\x01".to_vec()),
            dictionary,
        );
        assert_eq!(made.bytes, b"abcbbcdef3MZ");
    }
}
