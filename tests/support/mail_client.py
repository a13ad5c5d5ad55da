"""Real mail clients of Python's standard library, for the practice server's tests.

Reads one JSON document from standard input and writes one to standard output. The server's name is
not in the DNS: it is checked in the certificate, while the connection goes to loopback.
"""

import base64
import json
import poplib
import smtplib
import socket
import ssl
import sys

given = json.load(sys.stdin)
here = socket.create_connection


def to_loopback(address, *rest, **named):
    assert address[0] == given["host"], address
    return here((given["connect_to"], address[1]), *rest, **named)


socket.create_connection = to_loopback
tls = ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(base64.b64decode(given["ca"])))
tls.minimum_version = ssl.TLSVersion.TLSv1_2


def send():
    letter = base64.b64decode(given["letter"])
    if given["security"] == "implicit":
        client = smtplib.SMTP_SSL(given["host"], given["port"], context=tls, timeout=20)
    else:
        client = smtplib.SMTP(given["host"], given["port"], timeout=20)
        client.starttls(context=tls)
    with client:
        client.ehlo()
        client.user, client.password = given["login"], given["password"]
        mechanism = {"PLAIN": client.auth_plain, "LOGIN": client.auth_login}[given["mechanism"]]
        client.auth(given["mechanism"], mechanism, initial_response_ok=given["initial"])
        refused = client.sendmail(given["from"], given["to"], letter)
        size = client.esmtp_features["size"]
    return {"refused": refused, "size": int(size)}


def fetch():
    client = poplib.POP3_SSL(given["host"], given["port"], context=tls, timeout=20)
    capabilities = client.capa()
    client.user(given["login"])
    client.pass_(given["password"])
    count, size = client.stat()
    letters = []
    for entry in client.uidl()[1]:
        number, uid = entry.decode().split()
        lines = client.retr(int(number))[1]
        head = client.top(int(number), 0)[1]
        letters.append(
            {
                "uid": uid,
                "bytes": base64.b64encode(b"".join(line + b"\r\n" for line in lines)).decode(),
                "head": base64.b64encode(b"".join(line + b"\r\n" for line in head)).decode(),
            }
        )
    client.quit()
    return {"count": count, "size": size, "capabilities": list(capabilities), "letters": letters}


done = {"send": send, "fetch": fetch}[given["do"]]()
print(json.dumps(done, default=bytes.decode))
