"""`python -m bridgework` is `bridgework`."""

from bridgework.cli import main

main()
