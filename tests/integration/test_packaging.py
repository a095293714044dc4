"""What `sam build` makes is complete: every handler imports from its own folder and its layers alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from functions.intake.pages.published import SCRIPT_PARTS
from local import deployment
from scripts.smoke_packaging import NotPackagedError, Package, import_handler, packages, unzipped_size

STEPS = [
    "BackfillFunction",
    "FormsCheckFunction",
    "IntakeFunction",
    "MatchFunction",
    "PrivacyFunction",
    "ProcessorFunction",
    "ReplayFunction",
    "RequeueFunction",
]
every_step = pytest.mark.parametrize("step", STEPS)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Package]:
    """The local stack's build, made anew only if something that goes into it has changed."""
    with deployment.build_lock():
        if not deployment.is_built():
            source = deployment.fingerprint()
            with deployment.start_build(tmp_path_factory.mktemp("build")) as build:
                deployment.finish_build(build, source)
    return {package.function: package for package in packages(deployment.BUILD_FOLDER / "out")}


def test_there_is_a_package_for_each_step(built: dict[str, Package]) -> None:
    assert sorted(built) == STEPS


@every_step
def test_each_handler_imports_from_its_package_alone(built: dict[str, Package], step: str) -> None:
    """Without the emulator's packages, without this virtual environment, without any setting."""
    assert import_handler(built[step])


def test_the_intake_does_not_load_the_salesforce_client(built: dict[str, Package]) -> None:
    """A visitor waits while it starts."""
    assert not import_handler(built["IntakeFunction"]) & {"simple_salesforce", "requests", "zeep", "lxml"}


def test_the_intake_s_package_holds_its_pages_and_what_they_are_made_of(built: dict[str, Package]) -> None:
    """No handler imports them before somebody asks for one."""
    intake = built["IntakeFunction"]
    for name in ("functions.intake.pages.hosting.show", "functions.intake.pages.published.script"):
        assert import_handler(replace(intake, handler=name))
    pages = intake.folders[0] / "functions/intake/pages"
    assert (pages / "style.css").is_file()
    assert {path.name for path in (pages / "embed").iterdir()} == {path.name for path in SCRIPT_PARTS.iterdir()}


@every_step
def test_each_package_is_well_under_the_limit_of_lambda(built: dict[str, Package], step: str) -> None:
    """250 MB unzipped; the room left is for byte code and for growth."""
    assert unzipped_size(built[step]) < 200_000_000


def package_of(folder: Path, code: str) -> Package:
    (folder / "step.py").write_text(code, encoding="utf-8")
    return Package("Step", "step.handler", (folder,))


def test_a_dependency_that_is_only_in_this_environment_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(NotPackagedError, match="No module named 'boto3'"):
        import_handler(package_of(tmp_path, "import boto3\ndef handler(event, context): ..."))


def test_a_setting_that_is_read_at_import_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(NotPackagedError, match="SUBMISSIONS_TABLE"):
        import_handler(package_of(tmp_path, "import os\nTABLE = os.environ['SUBMISSIONS_TABLE']"))


def test_a_handler_that_is_not_there_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(NotPackagedError, match="handler"):
        import_handler(package_of(tmp_path, "def handle(event, context): ..."))


def test_a_package_that_was_never_built_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(NotPackagedError, match="run `sam build` first"):
        import_handler(Package("Step", "step.handler", (tmp_path / "missing",)))
