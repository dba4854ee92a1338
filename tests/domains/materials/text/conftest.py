import sys
from pathlib import Path

# The tests here share crystals made by hand.
sys.path.insert(0, str(Path(__file__).parent))
