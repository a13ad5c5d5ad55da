use super::*;

fn home() -> (tempfile::TempDir, Home) {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::at(&dir.path().join("home"));
    (dir, home)
}

fn name(db: &Db) -> String {
    db.read(|conn| Ok(conn.query_row("SELECT name FROM home", [], |row| row.get(0))?))
        .unwrap()
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let (_dir, home) = home();
    drop(Db::open(&home).unwrap());
    let conn = Connection::open(home.database()).unwrap();
    conn.pragma_update(None, "user_version", 70).unwrap();
    drop(conn);
    let before = std::fs::read(home.database()).unwrap();
    let files = || {
        let mut names: Vec<_> = std::fs::read_dir(home.root())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    let names = files();
    let refused = Db::open(&home).err().unwrap();
    assert_eq!(
        refused,
        StoreFailure::NewerVersion {
            found: 70,
            known: u32::try_from(STEPS.len()).unwrap()
        }
    );
    assert_eq!(std::fs::read(home.database()).unwrap(), before);
    assert_eq!(files(), names);
}

#[test]
fn an_older_format_is_brought_forward_once_and_keeps_what_it_holds() {
    let (_dir, home) = home();
    let first = name(&Db::open(&home).unwrap());
    let later = "CREATE TABLE later (x TEXT) STRICT";
    let steps = [STEPS, &[later]].concat();
    for _ in 0..2 {
        let db = Db::open_with(&home, &steps).unwrap();
        assert_eq!(name(&db), first);
        db.write(|tx| Ok(tx.execute("INSERT INTO later VALUES ('y')", [])?))
            .unwrap();
    }
    // A step that fails leaves the old format.
    let broken = [&steps[..], &["CREATE TABLE even_later (x TEXT); NONSENSE"]].concat();
    assert!(Db::open_with(&home, &broken).is_err());
    let db = Db::open_with(&home, &steps).unwrap();
    let tables: i64 = db
        .read(|conn| {
            Ok(conn.query_row(
                "SELECT count(*) FROM sqlite_master WHERE name = 'even_later'",
                [],
                |row| row.get(0),
            )?)
        })
        .unwrap();
    assert_eq!(tables, 0);
}

#[test]
fn a_home_of_format_1_is_brought_forward_with_all_that_it_holds() {
    let (_dir, home) = home();
    let first = Db::open_with(&home, &STEPS[..1]).unwrap();
    let before = name(&first);
    first
        .write(|tx| Ok(tx.execute("INSERT INTO draft VALUES ('kept', 5)", [])?))
        .unwrap();
    drop(first);
    assert_eq!(version_on_disk(&home.database()).unwrap(), 1);
    let now = Db::open(&home).unwrap();
    let known = u32::try_from(STEPS.len()).unwrap();
    assert_eq!(now.read(format_of).unwrap(), known);
    assert_eq!(name(&now), before);
    let at: i64 = now
        .read(|c| {
            Ok(
                c.query_row("SELECT at FROM draft WHERE id = 'kept'", [], |row| {
                    row.get(0)
                })?,
            )
        })
        .unwrap();
    assert_eq!(at, 5);
    let chosen: i64 = now
        .read(|c| Ok(c.query_row("SELECT count(*) FROM look", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(chosen, 0);
}

#[test]
fn what_is_no_database_is_damaged_and_what_is_no_folder_unusable() {
    let (dir, home) = home();
    std::fs::create_dir_all(home.root()).unwrap();
    for junk in [&b"x"[..], &[b'x'; 5000]] {
        std::fs::write(home.database(), junk).unwrap();
        let refused = Db::open(&home).err().unwrap();
        assert!(
            matches!(refused, StoreFailure::Damaged { .. }),
            "{refused:?}"
        );
        assert_eq!(std::fs::read(home.database()).unwrap(), junk);
    }
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    for path in [file.clone(), file.join("below")] {
        let refused = Db::open(&Home::at(&path)).err().unwrap();
        assert!(
            matches!(refused, StoreFailure::Unusable { .. }),
            "{refused:?}"
        );
    }
}

#[test]
fn a_damaged_page_is_said_to_be_damaged() {
    let (_dir, home) = home();
    drop(Db::open(&home).unwrap());
    let mut bytes = std::fs::read(home.database()).unwrap();
    for byte in bytes.iter_mut().skip(100) {
        *byte = 0xff;
    }
    std::fs::write(home.database(), &bytes).unwrap();
    let refused = Db::open(&home)
        .and_then(|db| db.read(|c| Ok(c.query_row("SELECT name FROM home", [], |_| Ok(()))?)))
        .err()
        .unwrap();
    assert!(
        matches!(refused, StoreFailure::Damaged { .. }),
        "{refused:?}"
    );
}

#[test]
fn many_openings_at_once_make_one_home() {
    let (_dir, home) = home();
    let names: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| name(&Db::open(&home).unwrap())))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(names.iter().all(|n| *n == names[0]), "{names:?}");
}

#[test]
fn two_writers_wait_for_each_other() {
    let (_dir, home) = home();
    let count = |db: &Db| -> i64 {
        db.read(|c| Ok(c.query_row("SELECT count(*) FROM draft", [], |row| row.get(0))?))
            .unwrap()
    };
    std::thread::scope(|scope| {
        for who in 0..2 {
            let home = &home;
            scope.spawn(move || {
                let db = Db::open(home).unwrap();
                for n in 0..30 {
                    db.write(|tx| {
                        let id = format!("{who}-{n}");
                        Ok(tx.execute("INSERT INTO draft VALUES (?1, 0)", [id])?)
                    })
                    .unwrap();
                }
            });
        }
    });
    assert_eq!(count(&Db::open(&home).unwrap()), 60);
}

#[test]
fn a_database_that_somebody_holds_too_long_is_busy() {
    let (_dir, home) = home();
    let (holder, other) = (Db::open(&home).unwrap(), Db::open(&home).unwrap());
    let short = Duration::from_millis(20);
    other.locked().busy_timeout(short).unwrap();
    holder
        .write(|tx| {
            tx.execute("INSERT INTO draft VALUES ('a', 0)", [])?;
            let refused = other.write(|_| Ok(())).unwrap_err();
            assert_eq!(refused, StoreFailure::Busy);
            // Reading goes on, and sees the state before.
            let read =
                |c: &Connection| Ok(c.query_row("SELECT count(*) FROM draft", [], |r| r.get(0))?);
            assert_eq!(other.read::<i64>(read)?, 0);
            Ok(())
        })
        .unwrap();
    other.write(|_| Ok(())).unwrap();
}
