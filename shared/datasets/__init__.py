"""Known data sets: their cards, where they lie, how to fetch and read them."""

from .card import DataFile as DataFile
from .card import DatasetCard as DatasetCard
from .card import list_cards as list_cards
from .card import read_card as read_card
from .download import fetch as fetch
from .location import locate as locate
from .long_table import read_dataset as read_dataset
from .packaged import nyc_weather as nyc_weather
from .packaged import nyc_weather_long as nyc_weather_long
from .packaged import statsmodels_long as statsmodels_long
from .restricted_pickle import read_restricted_pickle as read_restricted_pickle
