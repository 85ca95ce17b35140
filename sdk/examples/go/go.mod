module provider.example/go

go 1.18
