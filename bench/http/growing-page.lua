-- Asks for another page with every request, from the one named after the URL.
local folder = debug.getinfo(1, 'S').source:match('^@?(.*)growing%-page%.lua$')
dofile(folder .. 'figures.lua')

local page

function init(args)
  page = tonumber(args[1])
end

function request()
  page = page + 1
  return wrk.format('GET', string.format('%s?page=%d', wrk.path, page))
end
