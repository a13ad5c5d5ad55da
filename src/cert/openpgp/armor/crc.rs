//! CRC-24 (RFC 9580 §6.1.1), eight bytes at a time. gpg 2.2 refuses some armored data without it.

/// Sum of nothing, in the upper 24 bits.
const INIT: u32 = 0x00B7_04CE << 8;
/// A static and no constant: a constant would be copied to where it is used.
static TABLES: [[u32; 256]; 8] = tables();

/// A running CRC-24.
#[derive(Clone, Copy)]
pub struct Crc24(u32);

impl Crc24 {
    /// The sum of nothing yet.
    pub fn new() -> Self {
        Crc24(INIT)
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let mut crc = self.0;
        let (blocks, rest) = bytes.as_chunks::<8>();
        for block in blocks {
            let [a, b, c, d, e, f, g, h] = *block;
            let [w, x, y, z] = (crc ^ u32::from_be_bytes([a, b, c, d])).to_be_bytes();
            crc = at::<7>(w)
                ^ at::<6>(x)
                ^ at::<5>(y)
                ^ at::<4>(z)
                ^ at::<3>(e)
                ^ at::<2>(f)
                ^ at::<1>(g)
                ^ at::<0>(h);
        }
        for byte in rest {
            let [top, ..] = crc.to_be_bytes();
            crc = (crc << 8) ^ at::<0>(top ^ byte);
        }
        self.0 = crc;
    }

    /// The sum as it is armored: three bytes, most significant first.
    pub fn finish(self) -> [u8; 3] {
        let [a, b, c, _] = self.0.to_be_bytes();
        [a, b, c]
    }
}

/// One entry: `TABLE` is below 8 and a byte indexes 256 entries, so nothing is ever out of range.
#[inline(always)]
fn at<const TABLE: usize>(byte: u8) -> u32 {
    TABLES
        .get(TABLE)
        .and_then(|table| table.get(usize::from(byte)))
        .copied()
        .unwrap_or(0)
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler: a mistake here does not compile"
)]
const fn tables() -> [[u32; 256]; 8] {
    const POLYNOMIAL: u32 = 0x0086_4CFB << 8;
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc << 1) ^ (if crc >> 31 == 1 { POLYNOMIAL } else { 0 });
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before: u32 = tables[table - 1][byte];
            tables[table][byte] = (before << 8) ^ tables[0][(before >> 24) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bit_by_bit(bytes: &[u8]) -> [u8; 3] {
        let mut crc: u32 = 0x00B7_04CE;
        for byte in bytes {
            crc ^= u32::from(*byte) << 16;
            for _ in 0..8 {
                crc <<= 1;
                if crc & 0x0100_0000 != 0 {
                    crc ^= 0x0186_4CFB;
                }
            }
        }
        let [_, a, b, c] = crc.to_be_bytes();
        [a, b, c]
    }

    #[test]
    fn eight_bytes_at_a_time_give_what_one_bit_at_a_time_gives() {
        let bytes: Vec<u8> = (0..100u32).map(|i| (i * 37 % 251) as u8).collect();
        for end in 0..bytes.len() {
            let mut crc = Crc24::new();
            let (left, right) = bytes[..end].split_at(end / 3);
            crc.update(left);
            crc.update(right);
            assert_eq!(crc.finish(), bit_by_bit(&bytes[..end]), "{end} bytes");
        }
        // The check value of the CRC catalogue for "CRC-24/OPENPGP".
        let mut crc = Crc24::new();
        crc.update(b"123456789");
        assert_eq!(crc.finish(), [0x21, 0xCF, 0x02]);
    }
}
