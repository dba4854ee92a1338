import sys
from pathlib import Path

# The house tests share one reader of imports, which is no part of the package.
sys.path.insert(0, str(Path(__file__).parent))
