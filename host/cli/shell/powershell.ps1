# PowerShell completion for heygen, by `heygen completion powershell`.
# Unlike those for bash, zsh and fish, it is not driven in the project's tests.

Register-ArgumentCompleter -Native -CommandName heygen -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  # What may follow some words, each line with its kind first: w word|doc, o name|letter|how often|kind|choices|doc,
  # f kind|choices, l when the options are asked of the program.
  $tables = @{
@TABLE@
  }
  function Offer($text, $doc) {
    if (-not $text.StartsWith($wordToComplete)) { return }
    if (-not $doc) { $doc = $text }
    $insert = if ($text -match '\s') { "'" + $text.Replace("'", "''") + "'" } else { $text }
    [System.Management.Automation.CompletionResult]::new($insert, $text, 'ParameterValue', $doc)
  }
  function Value($kind, $choices, $before, $value) {
    if ($kind -eq 'document') {
      if ($value.StartsWith('@')) { $before += '@'; $value = $value.Substring(1) }
      $kind = 'file'
    }
    switch ($kind) {
      'switch' { 'true', 'false' | ForEach-Object { Offer "$before$_" } }
      'one' { $choices -split ',' | ForEach-Object { Offer "$before$_" } }
      'list' {
        $head = $value.Substring(0, $value.LastIndexOf(',') + 1)
        $choices -split ',' | ForEach-Object { Offer "$before$head$_" }
      }
      'file' { Get-ChildItem -Path "$value*" -Name -ErrorAction SilentlyContinue | ForEach-Object {
          $directory = $value.Substring(0, $value.LastIndexOfAny([char[]]'/\') + 1)
          Offer "$before$directory$_" } }
      { $_ -in 'provider', 'profile', 'setting' } {
        & $program __complete $kind 2> $null | ForEach-Object { $part = $_ -split "`t", 2; Offer "$before$($part[0])" $part[1] }
      }
    }
  }

  $typed = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    ForEach-Object { $_.ToString().Trim("'", '"') })
  $program = $commandAst.CommandElements[0].ToString()
  $route = ''; $given = @(); $open = $true; $expect = $null; $nth = 0
  $table = @($tables[''] -split "`n")
  foreach ($word in @($typed | Select-Object -Skip 1)) {
    if ($expect) { $expect = $null; continue }
    if ($open -and $word -eq '--') { $open = $false; continue }
    if ($open -and $word.Length -gt 1 -and $word.StartsWith('-')) {
      $name = ($word -split '=', 2)[0]
      $given += $name
      foreach ($row in $table) {
        $part = $row.Substring([Math]::Min(2, $row.Length)) -split '\|'
        if ($row.StartsWith('o ') -and ($name -ceq "--$($part[0])" -or ($part[1] -and $name -ceq "-$($part[1])"))) {
          if ($part[3] -ne 'switch' -and -not $word.Contains('=')) { $expect = $part }
        }
      }
      continue
    }
    $next = "$route $word".Trim()
    if ($tables.ContainsKey($next)) { $route = $next; $table = @($tables[$route] -split "`n") } else { $nth++ }
  }
  $options = @($table | Where-Object { $_.StartsWith('o ') } | ForEach-Object { $_.Substring(2) })
  if ($table -contains 'l') {
    $rows = @(& $program __complete options @($route -split ' ') 2> $null)
    if ($rows) { $options = $rows }
  }
  if ($expect) { return Value $expect[3] $expect[4] '' $wordToComplete }
  if ($open -and $wordToComplete -match '^(--[^=]+=)(.*)$') {
    $before = $Matches[1]; $value = $Matches[2]
    foreach ($row in $options) {
      $part = $row -split '\|'
      if ("--$($part[0])=" -ceq $before) { return Value $part[3] $part[4] $before $value }
    }
    return
  }
  if (-not $wordToComplete.StartsWith('-')) {
    $children = @($table | Where-Object { $_.StartsWith('w ') })
    if ($children) {
      return $children | ForEach-Object { $part = $_.Substring(2) -split '\|', 2; Offer $part[0] $part[1] }
    }
    $fills = @($table | Where-Object { $_.StartsWith('f ') })
    if ($nth -lt $fills.Count) {
      $part = $fills[$nth].Substring(2) -split '\|'
      if ($part[0]) { return Value $part[0] $part[1] '' $wordToComplete }
    }
    if ($wordToComplete) { return }
  }
  if (-not $open) { return }
  foreach ($row in $options) {
    $part = $row -split '\|', 6
    if ($part[2] -eq 'h' -or ($part[2] -eq '1' -and $given -ccontains "--$($part[0])")) { continue }
    Offer "--$($part[0])" $part[5]
  }
}
