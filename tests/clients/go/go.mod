module journey

go 1.19
