"""Bring the community files of a night to its workers, as one object of the store under its own checksum."""

import io
import tarfile
from hashlib import sha256
from pathlib import Path

from pipelines.catalogue.load import community_files
from pipelines.folders import Folders
from pipelines.landing.store import Store, StoreError

FOLDER = "catalogues"


def send_catalogue(where: Folders, store: Store) -> str:
    """Write the community files of this machine into the store; return the key of the object."""
    content = _pack(where.communities)
    key = f"{FOLDER}/{sha256(content).hexdigest()}.tar"
    if not store.write_if_absent(key, content):
        raise StoreError(f"{store.name}: {key} is not what was written; delete it")
    for entry in store.list(f"{FOLDER}/"):
        if entry.key != key:
            store.delete(entry.key)
    return key


def fetch_catalogue(where: Folders, store: Store, key: str) -> Path:
    """Return a folder with the community files of an object; fetch them where they are not here yet."""
    folder = where.data / FOLDER / Path(key).stem
    if folder.is_dir():
        return folder
    content = store.read(key)
    if content is None or sha256(content).hexdigest() != Path(key).stem:
        raise StoreError(f"{store.name}: {key} is missing or damaged; the next night writes it again")
    draft = _draft(folder)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(draft, filter="data")
    _forget_old(folder.parent)
    return _put(draft, folder)


def _forget_old(kept: Path) -> None:
    """Remove all catalogues but the newest one: a lane of the night before may still read that."""
    import shutil

    for folder in sorted(kept.glob("[!.]*"), key=lambda path: path.stat().st_mtime_ns)[:-1]:
        shutil.rmtree(folder, ignore_errors=True)


def _draft(folder: Path) -> Path:
    from tempfile import mkdtemp

    folder.parent.mkdir(parents=True, exist_ok=True)
    return Path(mkdtemp(prefix=".", dir=folder.parent))


def _put(draft: Path, folder: Path) -> Path:
    """Give a folder its name; another lane of this machine may have been faster."""
    import shutil

    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft)
        if not folder.is_dir():
            raise
    return folder


def _pack(communities: Path) -> bytes:
    """Return a tar of the community files, the same for the same files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(community_files(communities)):
            content = path.read_bytes()
            named = tarfile.TarInfo(path.relative_to(communities).as_posix())
            named.size = len(content)
            archive.addfile(named, io.BytesIO(content))
    return packed.getvalue()
