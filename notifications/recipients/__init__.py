"""What recipients see around a mail: the mail in the browser, why they got it, what they wish to get."""
