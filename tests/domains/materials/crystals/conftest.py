import sys
from pathlib import Path

# These tests share a few example crystals, which are no part of the package.
sys.path.insert(0, str(Path(__file__).parent))
