use super::*;

fn code(shown: &str, target: &str) -> Option<&'static str> {
    Link::new(shown, target)?
        .warning
        .map(|warning| warning.code())
}

#[test]
fn rule_70_a_link_that_shows_one_place_and_leads_to_another_is_told() {
    for (shown, target) in [
        (
            "https://bank.example.com/login",
            "https://evil.example.net/login",
        ),
        ("www.bank.com", "http://bank.com.evil.net/"),
        ("bank.com", "https://evil.net"),
        ("Bank.COM/login", "https://evil.net"),
        ("Please go to https://bank.com/ now", "https://evil.net/"),
        ("help@bank.com", "mailto:help@evil.net"),
        ("help@bank.com", "https://evil.net/"),
        ("https://bank.com", "HTTPS:\\\\evil.net\\bank.com"),
        ("https://bank.com", "https://evil.net/https://bank.com"),
        ("https://bank.com", "ht\ntps://ev\til.net/"),
        ("https://bank.com", "//evil.net/"),
        ("https://bank.co.uk", "https://evil.co.uk"),
    ] {
        assert_eq!(
            code(shown, target),
            Some("link-differs"),
            "{shown} {target}"
        );
    }
    for (target, expected) in [
        ("https://bank.com@evil.net/", "link-user-info"),
        ("https://bank.com%40x@evil.net/", "link-user-info"),
        ("https://p\u{430}ypal.com/", "link-passes-for"),
        ("https://xn--pypal-4ve.com/", "link-passes-for"),
        ("https://b\u{fc}\u{445}er.com/", "link-mixed-scripts"),
        ("javascript:alert(1)", "link-scheme"),
        ("data:text/html,x", "link-scheme"),
        ("file:///etc/passwd", "link-scheme"),
        ("search-ms:query=x", "link-scheme"),
        ("login.html", "link-scheme"),
    ] {
        assert_eq!(code("Log in", target), Some(expected), "{target}");
    }
}

#[test]
fn rule_70_the_same_place_written_in_another_way_is_no_reason_to_warn() {
    for (shown, target) in [
        (
            "Read more",
            "https://click.mailer.example/?u=https%3A%2F%2Fbank.com",
        ),
        (
            "www.shop.example.com",
            "https://shop.example.com/?utm_source=x",
        ),
        ("SHOP.example.com", "http://www.shop.example.com:80/"),
        ("https://shop.com/…", "https://shop.com/very/long"),
        ("https://shop.com/a", "https://news.shop.com/t/123"),
        ("bücher.de", "https://xn--bcher-kva.de/"),
        ("info@shop.com", "mailto:INFO@SHOP.com?subject=Hi"),
        ("info@shop.com", "mailto:info%40shop.com"),
        ("Version 2.0", "https://shop.com"),
        ("report.pdf", "https://shop.com/report.pdf"),
        ("Dr. No", "https://shop.com"),
        ("(shop.com)", "https://shop.com"),
        ("12.30", "https://shop.com"),
        ("Поехали", "https://пример.рф/"),
        ("bit.ly/abc", "https://bit.ly/abc"),
        ("", "https://shop.com"),
    ] {
        assert_eq!(code(shown, target), None, "{shown} {target}");
    }
    assert!(Link::new("top", "#top").is_none());
    assert!(Link::new("x", " \n").is_none());
}

/// Numbers that look like chance and are the same every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.next(of.len() as u64)).unwrap()]
    }
}

#[test]
fn rule_70_of_two_hundred_ordinary_newsletters_at_most_two_warn() {
    let mut dice = Dice(70);
    let shops = [
        "garden-tools.com",
        "buchladen-am-markt.de",
        "velo.ch",
        "thé-vert.fr",
        "city-museum.org.uk",
        "shop.gov.au",
    ];
    let trackers = [
        "click.mailservice.net",
        "t.news-sender.com",
        "u17.ct.letters.io",
        "links.crm-cloud.eu",
    ];
    let words = [
        "Read more",
        "Shop now",
        "View in your browser",
        "Unsubscribe",
        "Jetzt ansehen →",
        "Plus d'infos",
        "25% off",
        "Nr. 3.14",
        "Terms & conditions",
        "Facebook",
        "★ Rate us",
        "A.M. to P.M.",
    ];
    let mut warned = 0;
    for number in 0..200 {
        let shop = dice.one(&shops);
        let mut links = Vec::new();
        for _ in 0..(3 + dice.next(15)) {
            let id = dice.next(1_000_000);
            let tracked = format!(
                "https://{}/ls/click?upn={id}&to=https%3A%2F%2F{shop}%2F{id}",
                dice.one(&trackers)
            );
            links.push(match dice.next(7) {
                0 => (
                    format!("www.{shop}"),
                    format!("https://www.{shop}/?utm_source=news&utm_id={id}"),
                ),
                1 => (shop.to_uppercase(), format!("http://{shop}/")),
                2 => (
                    format!("info@{shop}"),
                    format!("mailto:info@{shop}?subject=Newsletter%20{number}"),
                ),
                3 => (
                    format!("https://bit.ly/{id}"),
                    format!("https://bit.ly/{id}"),
                ),
                4 => (
                    format!("https://{shop}/offers/{id}"),
                    format!("https://news.{shop}/r/{id}"),
                ),
                _ => (dice.one(&words).to_owned(), tracked),
            });
        }
        let html: String = links
            .iter()
            .map(|(shown, target)| {
                format!(
                    "<p><a href=\"{}\">{shown}</a></p>",
                    target.replace('&', "&amp;")
                )
            })
            .collect();
        let rendered = crate::mime::html::render(&html, false);
        assert_eq!(rendered.links.len(), links.len());
        let mut found = rendered
            .links
            .iter()
            .filter_map(|(shown, target)| Link::new(shown, target));
        if let Some(odd) = found.find(|link| link.warning.is_some()) {
            warned += 1;
            eprintln!("{odd:?}");
        }
    }
    assert!(warned <= 2, "{warned} of 200 warn");
}

#[test]
fn links_of_plain_text_are_found_without_what_the_sentence_adds() {
    let text = "See https://example.org/a?b=c. Or (https://example.org/(x)), <http://example.net>, \
        www.example.com! and mailto:a@example.org; not www or http:// or https://example.org/a?b=c again";
    let found: Vec<String> = links_in_text(text, 100)
        .into_iter()
        .map(|link| link.target.raw().to_owned())
        .collect();
    assert_eq!(
        found,
        [
            "https://example.org/a?b=c",
            "https://example.org/(x)",
            "http://example.net",
            "http://www.example.com",
            "mailto:a@example.org",
        ]
    );
}

#[test]
fn rule_30_hostile_links_take_linear_time() {
    let started = crate::base::testing::cpu_seconds();
    for piece in [
        "http://a.b/ ",
        "www.x.y ",
        "https://xn--",
        "http://%%%",
        "a@",
        "))))",
        "http://[[[",
        "....",
        "http://ä",
    ] {
        let text = piece.repeat(1_000_000 / piece.len());
        let _ = links_in_text(&text, 1_000);
        let _ = Link::new(&text, &format!("https://{text}"));
        assert!(
            crate::base::testing::cpu_seconds() - started < 10.0,
            "{piece}"
        );
    }
}
