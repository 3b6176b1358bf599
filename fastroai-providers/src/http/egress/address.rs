//! Which addresses may be reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::error::Forbidden;

/// Where clouds give their machines keys and settings.
const METADATA: &[IpAddr] = &[
    // AWS, Google, Azure, OpenStack, DigitalOcean and most others; AWS containers.
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    // Tencent, and Scaleway.
    IpAddr::V4(Ipv4Addr::new(169, 254, 0, 23)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 42, 42)),
    // Azure's host, which has a public address.
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    // Alibaba, and Oracle.
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    // AWS (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html>)
    // and Google, Scaleway and OpenStack, by version 6.
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42)),
    IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe)),
];

/// Why an address may not be reached. Addresses within others are looked at as well.
///
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>,
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>
pub(super) fn forbidden(address: IpAddr) -> Option<Forbidden> {
    if METADATA.contains(&address) {
        return Some(Forbidden::Metadata);
    }
    match address {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => match within(address) {
            Some(inner) => forbidden(IpAddr::V4(inner)),
            None => forbidden_v6(address),
        },
    }
}

fn forbidden_v4(address: Ipv4Addr) -> Option<Forbidden> {
    match address.octets() {
        [0 | 127, ..] => Some(Forbidden::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => {
            Some(Forbidden::Private)
        }
        [169, 254, ..] => Some(Forbidden::LinkLocal),
        [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [224..=255, ..] => Some(Forbidden::Reserved),
        _ => None,
    }
}

fn forbidden_v6(address: Ipv6Addr) -> Option<Forbidden> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0..=1] => Some(Forbidden::Loopback),
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Some(Forbidden::Private),
        [0xfe80..=0xfebf, ..] => Some(Forbidden::LinkLocal),
        // Examples, and what leads into tunnels and test networks.
        [0x2001, 0x0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some(Forbidden::Reserved),
        // All that is given out to the public internet so far.
        [0x2000..=0x3fff, ..] => None,
        // A network's own NAT64 is among these: where its addresses lead is not to be told, and it
        // may be to a metadata service.
        _ => Some(Forbidden::Reserved),
    }
}

/// The address of version 4 that one of version 6 leads to: mapped, compatible, by NAT64 or 6to4.
fn within(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        // `::` and `::1` are addresses of their own.
        [0, 0, 0, 0, 0, 0, 0, 0..=1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}
