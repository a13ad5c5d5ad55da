//! What to restrict on a mail server of one's own, with the lines for the programs that are common there.

use crate::settings::Blocked;

/// One restriction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restriction {
    /// What to do.
    pub what: &'static str,
    /// What it keeps away, and what to look out for.
    pub why: &'static str,
    /// For which program, in which file, and the lines.
    pub lines: &'static [(&'static str, &'static str)],
}

/// All of them, in the order in which they are worth doing. They are the same for every domain: nothing in
/// them comes from a report.
pub const RESTRICTIONS: [Restriction; 4] = [
    Restriction {
        what: "Pass on mail only for yourself",
        why: "A server that relays for strangers is found within days and used for spam. Name the domains for \
              which it is a second server; leave the list empty where it is none.",
        lines: &[
            (
                "Postfix, main.cf",
                "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination\n\
                 relay_domains =",
            ),
            (
                "Exim, main part and acl_check_rcpt",
                "domainlist relay_to_domains =\n\
                 hostlist relay_from_hosts = localhost\n\n\
                 accept authenticated = *\n\
                 require message = Relay not permitted\n        \
                 domains = +local_domains : +relay_to_domains",
            ),
        ],
    },
    Restriction {
        what: "Take mail only for addresses that exist",
        why: "Who takes everything and answers later that nobody lives there sends that answer to people whose \
              address was forged. A second server wants the list of addresses too.",
        lines: &[
            (
                "Postfix, main.cf",
                "local_recipient_maps = proxy:unix:passwd.byname $alias_maps\n\
                 relay_recipient_maps = hash:/etc/postfix/relay_recipients",
            ),
            ("Exim, acl_check_rcpt", "require verify = recipient"),
        ],
    },
    Restriction {
        what: "Allow each client few connections",
        why: "One client cannot take all of the server's places then. Large providers send from many addresses, so \
              these limits do not touch them.",
        lines: &[
            (
                "Postfix, main.cf",
                "smtpd_client_connection_count_limit = 10\n\
                 smtpd_client_connection_rate_limit = 60",
            ),
            (
                "Exim, main part and acl_check_connect",
                "smtp_accept_max_per_host = 10\n\n\
                 defer ratelimit = 60 / 1m / per_conn",
            ),
            (
                "rspamd, local.d/ratelimit.conf (it counts in Redis)",
                "rates {\n  to_ip = { bucket { burst = 60; rate = \"60 / 1min\"; } }\n}",
            ),
        ],
    },
    Restriction {
        what: "Ask that a client's address has a name",
        why: "Taken-over home computers often have none, and mail servers do. Some small ones do not: rspamd only \
              counts it as one sign among others.",
        lines: &[
            (
                "Postfix, main.cf",
                "smtpd_client_restrictions = permit_mynetworks, permit_sasl_authenticated, \
                 reject_unknown_reverse_client_hostname",
            ),
            (
                "Exim, acl_check_connect",
                "deny message = Your address has no name\n     \
                 !verify = reverse_host_lookup",
            ),
            (
                "rspamd, local.d/hfilter_group.conf",
                "symbols {\n  \"HFILTER_HOSTNAME_UNKNOWN\" { weight = 4.0; }\n}",
            ),
        ],
    },
];

/// How letters are encrypted on their way, for who wonders about ports and policies.
pub const TRANSPORT_GUIDE: [&str; 6] = [
    "Port 465, from your program to your server: the connection is encrypted from its first byte. Nothing is ever said in \
     the clear, so nobody in between can talk it away. That is why Waxwing takes it first.",
    "Port 587, from your program to your server: the connection begins readable and is raised to encryption by STARTTLS. \
     A program that insists on that, as Waxwing does, is as safe; one that only tries is not.",
    "Port 2525 does the same as 587 where a network blocks that one. Use it when your provider names it.",
    "Port 25 is for servers among themselves, and no way in for your program.",
    "Between servers encryption is opportunistic: they encrypt where the other side offers it, and deliver readable where \
     somebody in between takes the offer away. MTA-STS and DANE enforce it: who keeps to them delivers encrypted and to \
     the right server, or not at all. TLS-RPT has them report when that fails.",
    "What you seal stays sealed over all of these. They protect what no seal hides: who writes to whom, and when.",
];

/// Lines by which a mail server of one's own turns a sender away, for each program. An entry holds nothing
/// but what addresses and names of hosts may, so that no line of it can become another.
pub fn block_lines(entry: &Blocked) -> Vec<(&'static str, String)> {
    let what = entry.to_string();
    match entry {
        Blocked::Address(_) => vec![
            (
                "Postfix, /etc/postfix/sender_access; main.cf: smtpd_sender_restrictions = check_sender_access hash:/etc/postfix/sender_access; then postmap",
                format!("{what} REJECT"),
            ),
            (
                "Exim, acl_check_mail",
                format!("deny senders = {what}\n     message = Not wanted here"),
            ),
            (
                "rspamd, local.d/multimap.conf; the entry goes into local.d/blocked_from.map",
                format!(
                    "BLOCKED_FROM {{\n  type = \"from\";\n  map = \"$LOCAL_CONFDIR/local.d/blocked_from.map\";\n  action = \"reject\";\n}}\n# blocked_from.map:\n{what}"
                ),
            ),
        ],
        Blocked::Domain(_) => vec![
            (
                "Postfix, /etc/postfix/sender_access; main.cf: smtpd_sender_restrictions = check_sender_access hash:/etc/postfix/sender_access; then postmap",
                format!("{what} REJECT\n.{what} REJECT"),
            ),
            (
                "Exim, acl_check_mail",
                format!("deny sender_domains = {what} : *.{what}\n     message = Not wanted here"),
            ),
            (
                "rspamd, local.d/multimap.conf; the entry goes into local.d/blocked_domains.map",
                format!(
                    "BLOCKED_DOMAIN {{\n  type = \"from\";\n  filter = \"email:domain\";\n  map = \"$LOCAL_CONFDIR/local.d/blocked_domains.map\";\n  action = \"reject\";\n}}\n# blocked_domains.map:\n{what}"
                ),
            ),
        ],
        Blocked::Machine(_) => vec![
            (
                "Postfix, /etc/postfix/client_access; main.cf: smtpd_client_restrictions = check_client_access cidr:/etc/postfix/client_access",
                format!("{what} REJECT"),
            ),
            (
                "Exim, acl_check_connect",
                format!("deny hosts = <; {what}\n     message = Not wanted here"),
            ),
            (
                "rspamd, local.d/multimap.conf; the entry goes into local.d/blocked_ips.map",
                format!(
                    "BLOCKED_IP {{\n  type = \"ip\";\n  map = \"$LOCAL_CONFDIR/local.d/blocked_ips.map\";\n  action = \"reject\";\n}}\n# blocked_ips.map:\n{what}"
                ),
            ),
        ],
    }
}
