import sys
from pathlib import Path

# The tests here share crystals made by hand and a slow search.
sys.path.insert(0, str(Path(__file__).parent))
