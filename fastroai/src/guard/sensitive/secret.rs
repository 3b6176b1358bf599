//! Keys, tokens and passwords.
//!
//! The forms are those that vendors give out, so that a scan can find them; the ones without a form
//! of their own are found by the name before them.

use super::{Candidate, Rule, always, whole};

const fn form(pattern: &'static str) -> Rule {
    Rule { pattern, is_greedy: false, holds: whole }
}

pub(super) const RULES: &[Rule] = &[
    // A private key, also one whose end was cut off.
    Rule {
        pattern: r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?",
        is_greedy: false,
        holds: always,
    },
    // A signed token of three parts, <https://www.rfc-editor.org/rfc/rfc7519>
    form(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*"),
    // OpenAI, Anthropic, OpenRouter, DeepSeek and others that begin alike.
    Rule { pattern: r"sk-[A-Za-z0-9_-]{20,}", is_greedy: false, holds: is_random },
    // Other providers of models.
    form(r"AIza[\w-]{35}"),
    form(r"ya29\.[\w-]{20,}"),
    form(r"AQ\.[\w-]{40,}"),
    form(r"GOCSPX-[\w-]{20,}"),
    form(r"gsk_[A-Za-z0-9]{32,}"),
    form(r"xai-[A-Za-z0-9]{32,}"),
    form(r"pplx-[A-Za-z0-9]{32,}"),
    form(r"csk-[a-z0-9]{32,}"),
    form(r"hf_[A-Za-z0-9]{30,}"),
    form(r"r8_[A-Za-z0-9]{30,}"),
    form(r"nvapi-[\w-]{40,}"),
    form(r"tgp_v1_[\w-]{30,}"),
    form(r"fw_[A-Za-z0-9]{22,}"),
    form(r"lsv2_(?:pt|sk)_[A-Za-z0-9_]{32,}"),
    form(r"pa-[A-Za-z0-9_-]{43}"),
    form(r"sk_[0-9a-f]{48}"),
    form(r"tvly-[A-Za-z0-9-]{30,}"),
    // Clouds.
    form(r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"),
    form(r"ABSK[A-Za-z0-9+/]{60,}={0,2}"),
    form(r"AccountKey=([A-Za-z0-9+/]{80,}={0,2})"),
    form(r"do[oprt]_v1_[0-9a-f]{64}"),
    form(r"dapi[0-9a-f]{32}(?:-\d)?"),
    form(r"hv[sb]\.[\w-]{20,}"),
    form(r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9.]{40,}"),
    form(r"tskey-[a-z]+-[A-Za-z0-9-]{20,}"),
    form(r"pul-[0-9a-f]{40}"),
    form(r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}"),
    form(r"pscale_(?:tkn|pw|oauth)_[\w.=-]{32,}"),
    form(r"sb(?:p|_secret)_[A-Za-z0-9_-]{30,}"),
    form(r"nfp_[A-Za-z0-9]{36}"),
    form(r"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}"),
    form(r"NR(?:AK|JS|II)-[A-Za-z0-9_-]{20,}"),
    form(r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    form(r"AGE-SECRET-KEY-1[0-9A-Z]{50,}"),
    // Code and packages.
    form(r"gh[pousr]_[A-Za-z0-9]{36,}"),
    form(r"github_pat_\w{22,}"),
    form(r"gl(?:pat|dt|rt|ft|cbt|ptt|imt|agent|soat|oas|ffct)-[\w.-]{20,}"),
    form(r"npm_[A-Za-z0-9]{36}"),
    form(r"pypi-[\w-]{50,}"),
    form(r"cio[A-Za-z0-9]{32}"),
    form(r"dckr_pat_[\w-]{20,}"),
    form(r"rubygems_[0-9a-f]{48}"),
    form(r"ATATT3[\w=-]{50,}"),
    form(r"ATCTT3[\w=-]{50,}"),
    form(r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    form(r"sntry[su]_[\w+/=-]{40,}"),
    form(r"figd_[\w-]{30,}"),
    form(r"ntn_[A-Za-z0-9]{40,}"),
    form(r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    // Messages and mail.
    form(r"xox[abeoprs](?:\.xox[a-z])?-[A-Za-z0-9-]{10,}"),
    form(r"xapp-\d-[A-Za-z0-9-]{20,}"),
    Rule {
        pattern: r"hooks\.slack\.com/services/([A-Za-z0-9/_+-]{20,})",
        is_greedy: false,
        holds: always,
    },
    Rule {
        pattern: r"discord(?:app)?\.com/api/webhooks/(\d+/[\w-]{40,})",
        is_greedy: false,
        holds: always,
    },
    form(r"[MNO][A-Za-z\d_-]{23,27}\.[\w-]{6}\.[\w-]{27,}"),
    form(r"\d{8,10}:AA[\w-]{33}"),
    form(r"SG\.[\w-]{16,}\.[\w-]{16,}"),
    Rule { pattern: r"(?:AC|SK)[0-9a-f]{32}", is_greedy: false, holds: whole },
    form(r"key-[0-9a-f]{32}"),
    form(r"[0-9a-f]{32}-us\d{1,2}"),
    // Money and shops.
    form(r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}"),
    form(r"whsec_[A-Za-z0-9+/=]{24,}"),
    form(r"sq0(?:atp|csp)-[\w-]{22,}"),
    form(r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    // The password of an address: `postgres://user:{password}@host`.
    Rule {
        pattern: r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:([^\s/@]+)@",
        is_greedy: false,
        holds: is_no_variable,
    },
    // What a header carries.
    Rule {
        pattern: r"(?i)\bauthorization[\x22']?\s*[:=]\s*[\x22']?(?:(?:basic|bearer|token)\s+)?([\w.~+/=-]{12,})",
        is_greedy: false,
        holds: is_random,
    },
    Rule { pattern: r"(?i)\bbearer\s+([\w.~+/=-]{16,})", is_greedy: false, holds: is_random },
    // What a name says.
    Rule {
        pattern: r#"(?i)(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|client[_-]?secret|private[_-]?key|secret[_-]?access[_-]?key|auth[_-]?key|x-api-key)["']?\s*(?:=>|:=|[:=])\s*["']([^"'\s]{8,})["']"#,
        is_greedy: false,
        holds: is_password,
    },
    Rule {
        pattern: r#"(?i)(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|client[_-]?secret|private[_-]?key|secret[_-]?access[_-]?key|auth[_-]?key|x-api-key)\s*[:=]\s*([^\s"',;(){}<>\[\]`]{8,})"#,
        is_greedy: false,
        holds: is_random,
    },
    // As a variable of the environment: `MISTRAL_KEY=…`.
    Rule {
        pattern: r#"\b[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*(?:KEY|PAT|CREDENTIALS?)["']?\s*[:=]\s*["']?([\w.~+/=-]{20,})"#,
        is_greedy: false,
        holds: is_random,
    },
];

/// Whether a machine made it: letters and digits mixed, and few of them again and again.
fn is_random(candidate: &Candidate<'_>) -> bool {
    let text = candidate.found;
    let has = |of: fn(&char) -> bool| text.chars().any(|c| of(&c));
    let mut distinct: Vec<char> = text.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic)
        && distinct.len() >= 6
        && !is_placeholder(text)
}

/// Whether someone may have chosen it: anything in quotes that is no name of something else.
fn is_password(candidate: &Candidate<'_>) -> bool {
    let text = candidate.found;
    let is_name =
        text.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | '.' | ':'));
    !is_name && !is_placeholder(text)
}

/// Whether it is no name of a password: `{password}`, `${PASSWORD}`, `<password>`.
fn is_no_variable(candidate: &Candidate<'_>) -> bool {
    let text = candidate.found.trim_start_matches('$');
    let is_around = |open, close| text.starts_with(open) && text.ends_with(close);
    !is_around('{', '}') && !is_around('<', '>')
}

/// Whether it stands for a value, as `${TOKEN}`, `<your key>` and `sk-xxxxxxxx` do.
fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    text.contains(['$', '<', '{', '*', '%'])
        || ["xxxx", "your", "example", "placeholder", "....", "changeme", "redacted"]
            .iter()
            .any(|word| lower.contains(word))
}
