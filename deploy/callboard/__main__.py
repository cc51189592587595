"""`PYTHONPATH=deploy python -m callboard`: the same as the command `callboard` of an installed package."""

from callboard.command import main

if __name__ == "__main__":
    main()
