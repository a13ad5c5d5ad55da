//! Somebody between a mail program and its server: reads along, changes, delays and cuts.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What the proxy does to what the server says.
#[derive(Clone, Copy)]
pub enum Tamper {
    /// Nothing.
    Nothing,
    /// Each line before TLS goes through this function; what it gives is sent in one piece.
    Lines(fn(&str) -> String),
    /// One byte at a time, with this pause before each.
    Drip(Duration),
    /// When the program has sent so many bytes, the connection is cut, and what it sent last never
    /// reaches the server.
    CutAfter(usize),
    /// When the program has sent so many bytes, nothing more of it is read, and nothing is said.
    HoldAfter(usize),
    /// When the program has sent so many bytes, what the server says next is thrown away and the
    /// connection cut.
    CutAnswerAfter(usize),
}

/// A running proxy. Its threads end with the connections.
pub struct Proxy {
    /// Its port on 127.0.0.1.
    pub port: u16,
    wire: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    /// Starts one in front of this port.
    pub fn start(server: u16, tamper: Tamper) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::new(Mutex::new(Vec::new()));
        let record = wire.clone();
        // Waits for connections until the test's process ends.
        thread::spawn(move || {
            for program in listener.incoming().flatten() {
                let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).unwrap();
                between(program, server, tamper, &record);
            }
        });
        Proxy { port, wire }
    }

    /// Every byte that the program sent, over all connections, as it was on the wire.
    pub fn wire(&self) -> Vec<u8> {
        self.wire.lock().unwrap().clone()
    }

    /// The same as far as it is text.
    pub fn heard(&self) -> String {
        String::from_utf8_lossy(&self.wire()).into_owned()
    }
}

fn between(program: TcpStream, server: TcpStream, tamper: Tamper, record: &Arc<Mutex<Vec<u8>>>) {
    for stream in [&program, &server] {
        stream.set_nodelay(true).unwrap();
    }
    let sent = Arc::new(AtomicUsize::new(0));
    let (from, to) = (program.try_clone().unwrap(), server.try_clone().unwrap());
    let (counted, record) = (sent.clone(), record.clone());
    thread::spawn(move || {
        let _ = outward(&from, &to, tamper, &counted, &record);
        close(&from, &to);
    });
    thread::spawn(move || {
        let _ = inward(&server, &program, tamper, &sent);
        close(&server, &program);
    });
}

fn close(one: &TcpStream, other: &TcpStream) {
    for stream in [one, other] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

/// From the program to the server.
fn outward(
    mut program: &TcpStream,
    mut server: &TcpStream,
    tamper: Tamper,
    sent: &AtomicUsize,
    record: &Mutex<Vec<u8>>,
) -> io::Result<()> {
    let mut piece = [0; 16 << 10];
    loop {
        let count = program.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        record.lock().unwrap().extend(&piece[..count]);
        let all = sent.fetch_add(count, Ordering::SeqCst) + count;
        if matches!(tamper, Tamper::CutAfter(limit) if all >= limit) {
            return Ok(());
        }
        if matches!(tamper, Tamper::HoldAfter(limit) if all >= limit) {
            // The connection stays open until the test's process ends.
            loop {
                thread::park();
            }
        }
        server.write_all(&piece[..count])?;
    }
}

/// From the server to the program.
fn inward(
    server: &TcpStream,
    mut program: &TcpStream,
    tamper: Tamper,
    sent: &AtomicUsize,
) -> io::Result<()> {
    if let Tamper::Lines(change) = tamper {
        lines(server, program, change)?;
    }
    let mut server = server;
    let mut piece = [0; 16 << 10];
    loop {
        let count = server.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        match tamper {
            Tamper::Nothing | Tamper::Lines(_) | Tamper::CutAfter(_) | Tamper::HoldAfter(_) => {
                program.write_all(&piece[..count])?;
            }
            Tamper::Drip(pause) => {
                for byte in &piece[..count] {
                    thread::sleep(pause);
                    program.write_all(&[*byte])?;
                }
            }
            Tamper::CutAnswerAfter(limit) => {
                if sent.load(Ordering::SeqCst) >= limit {
                    return Ok(());
                }
                program.write_all(&piece[..count])?;
            }
        }
    }
}

/// Changes lines until the server is ready for TLS (its second 220), that line included.
fn lines(
    mut server: &TcpStream,
    mut program: &TcpStream,
    change: fn(&str) -> String,
) -> io::Result<()> {
    let mut ready = 0;
    let mut line = Vec::new();
    while ready < 2 {
        let mut byte = [0];
        if server.read(&mut byte)? == 0 {
            return Ok(());
        }
        line.push(byte[0]);
        if byte[0] == b'\n' {
            let text = String::from_utf8_lossy(&line).into_owned();
            program.write_all(change(&text).as_bytes())?;
            ready += usize::from(text.starts_with("220 "));
            line.clear();
        }
    }
    Ok(())
}
