"""`fourfold run vocoder`: a voice learnt by the shipped vocoder, heard and measured."""
