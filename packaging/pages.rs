//! Writes the man pages and shell completions of both programs into a folder, as they lie below
//! `/usr/share`: `cargo run --release --example pages -- DIR`.

use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate_to};
use clap_mangen::Man;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use waxwing::cli::args::{Cli, WindowArgs};

/// Where Debian's shells look; the file's name is clap's own.
const SHELLS: [(Shell, &str); 3] = [
    (Shell::Bash, "bash-completion/completions"),
    (Shell::Zsh, "zsh/vendor-completions"),
    (Shell::Fish, "fish/vendor_completions.d"),
];

/// What no declaration says, at the end of both programs' pages.
const FILES: &str = ".SH FILES
.TP
.I ~/.local/share/waxwing
Identities, letters, outbox and settings; contents are sealed.
.TP
.I ~/.local/share/pgp.cert.d
Certificates of other people, shared with other OpenPGP programs.
.SH ENVIRONMENT
.TP
.B WAXWING_HOME
Keeps all of it under this folder, as \\-\\-home does.
";

fn main() -> Result<(), Box<dyn Error>> {
    let Some(folder) = std::env::args_os().nth(1) else {
        return Err("usage: pages DIR".into());
    };
    let folder = Path::new(&folder);
    let manual = folder.join("man/man1");
    fs::create_dir_all(&manual)?;
    for (command, other) in [(Cli::command(), "waxwing"), (WindowArgs::command(), "wax")] {
        completions(command.clone(), folder)?;
        let mut command = command.disable_help_subcommand(true);
        command.build();
        let end = format!("{FILES}.SH SEE ALSO\n.BR {other} (1)\n");
        page(command, &end, &manual)?;
    }
    Ok(())
}

/// The page of a command, and one for each command below it.
fn page(command: Command, end: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let end = format!(".SH SEE ALSO\n.BR {name} (1)\n");
        page(below.clone(), &end, folder)?;
    }
    let version = command.get_version().unwrap_or_default().to_owned();
    let notes = command.get_after_help().map(ToString::to_string);
    let subcommands = command.has_subcommands();
    let man = Man::new(command).source(format!("Waxwing {version}"));
    let man = man.manual("Waxwing");
    let mut file = fs::File::create(folder.join(man.get_filename()))?;
    man.render_title(&mut file)?;
    man.render_name_section(&mut file)?;
    man.render_synopsis_section(&mut file)?;
    man.render_description_section(&mut file)?;
    man.render_options_section(&mut file)?;
    if subcommands {
        man.render_subcommands_section(&mut file)?;
    }
    if let Some(notes) = notes {
        writeln!(file, ".SH NOTES\n{}", notes.replace('-', "\\-"))?;
    }
    file.write_all(end.as_bytes())?;
    Ok(())
}

fn completions(mut command: Command, folder: &Path) -> Result<(), Box<dyn Error>> {
    let name = command.get_name().to_owned();
    for (shell, place) in SHELLS {
        let place = folder.join(place);
        fs::create_dir_all(&place)?;
        let written = generate_to(shell, &mut command, &name, &place)?;
        if shell == Shell::Bash {
            // bash-completion looks for the bare name of the program.
            fs::rename(written, place.join(&name))?;
        }
    }
    Ok(())
}
